package lab_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"maillab/explain"
	"maillab/lab"
	"maillab/mockserver"
	"maillab/phrases"
	"maillab/protocol"
)

// desk is a learner's desk without a screen: it keeps what was shown, and answers questions.
type desk struct {
	t     *testing.T
	shell *lab.Shell
	net   *mockserver.Lab
	lang  phrases.Lang

	mu      sync.Mutex
	shown   []string
	events  []protocol.Event
	typed   []string
	answers []string
	level   lab.Level
	plain   bool
	news    chan struct{}
}

// newDesk starts a lab of its own; change may alter the shell's configuration.
func newDesk(t *testing.T, change ...func(*lab.Config)) *desk {
	t.Helper()
	d := &desk{t: t, lang: phrases.English, news: make(chan struct{}, 10000)}
	cfg := lab.Config{Front: d, Lang: phrases.English, Version: "test", Patience: 60 * time.Second}
	for _, c := range change {
		c(&cfg)
	}
	d.shell = lab.New(cfg)
	var err error
	d.net, err = mockserver.Start(mockserver.Config{Emit: d.shell.Sink})
	require.NoError(t, err)
	d.shell.UseNetwork(d.net)
	t.Cleanup(func() {
		d.shell.Close()
		require.NoError(t, d.net.Close())
	})
	return d
}

func (d *desk) Event(e protocol.Event) {
	d.mu.Lock()
	d.events = append(d.events, e)
	if e.Kind == protocol.KindClosed {
		d.shown = append(d.shown, lab.ClosedText(e).In(d.lang))
	}
	d.mu.Unlock()
	d.news <- struct{}{}
}

func (d *desk) Show(blocks ...lab.Block) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, b := range blocks {
		d.shown = append(d.shown, b.Text.In(d.lang))
		d.shown = append(d.shown, b.Lines...)
		for _, row := range b.Rows {
			var cells []string
			for _, c := range row {
				cells = append(cells, c.In(d.lang))
			}
			d.shown = append(d.shown, strings.Join(cells, " | "))
		}
	}
}

func (d *desk) Ask(_ context.Context, q phrases.Text, _ bool) (string, error) {
	d.Show(lab.Block{Text: q})
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.answers) == 0 {
		return "", lab.ErrNoAnswer
	}
	a := d.answers[0]
	d.answers = d.answers[1:]
	return a, nil
}

func (d *desk) Type(ctx context.Context, _ lab.Place, line string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.typed = append(d.typed, line)
	return ctx.Err()
}

func (d *desk) SetLevel(l lab.Level)   { d.level = l }
func (d *desk) SetPlain(on bool)       { d.plain = on }
func (d *desk) SetLang(l phrases.Lang) { d.lang = l }
func (d *desk) Explain(c protocol.Context, r protocol.Reply) {
	d.Show(lab.Block{Text: explain.Reply(c, r).Summary})
}
func (d *desk) ExplainLast() bool { return len(d.events) > 0 }

// say carries lines out and returns what was shown meanwhile.
func (d *desk) say(lines ...string) string {
	d.t.Helper()
	d.mu.Lock()
	d.shown = nil
	d.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), 60*time.Second)
	defer cancel()
	for _, l := range lines {
		d.shell.Line(ctx, l)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	return strings.Join(d.shown, "\n")
}

// await waits until an event of a kind has come.
func (d *desk) await(k protocol.Kind) {
	d.t.Helper()
	for {
		d.mu.Lock()
		for _, e := range d.events {
			if e.Kind == k {
				d.mu.Unlock()
				return
			}
		}
		d.mu.Unlock()
		select {
		case <-d.news:
		case <-time.After(60 * time.Second):
			require.FailNow(d.t, "no event "+string(k))
		}
	}
}

// codes returns the reply codes heard so far.
func (d *desk) codes() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	var out []string
	for _, e := range d.events {
		if e.Kind == protocol.KindReply {
			out = append(out, e.Reply.Code)
		}
	}
	return out
}
