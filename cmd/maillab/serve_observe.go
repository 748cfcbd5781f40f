package main

import (
	"context"
	"fmt"
	"maps"
	"net"
	"net/http"
	"slices"
	"time"

	"github.com/spf13/pflag"

	"maillab/mockserver"
	"maillab/observe"
	"maillab/phrases"
)

// observeFlags are the flags of `maillab serve` for whoever watches the servers.
type observeFlags struct {
	log, metrics string
}

func (f *observeFlags) declare(flags *pflag.FlagSet) {
	flags.StringVar(&f.log, "log", "", "")
	flags.StringVar(&f.metrics, "metrics", "", "")
}

// watch makes log and metrics hear of everything. The metrics are nil where none are wanted.
func (p *program) watch(f observeFlags, cfg *mockserver.Config) (*observe.Metrics, error) {
	var observers []observe.Observer
	if f.log != "" {
		open, known := observe.Formats[f.log]
		if !known {
			formats := phrases.List(slices.Sorted(maps.Keys(observe.Formats)))
			return nil, &usageError{say("error.log", phrases.Args{"value": phrases.Clean(f.log), "formats": formats})}
		}
		observers = append(observers, open(p.err))
	} else {
		cfg.Notify = p.warnOfQueue
	}
	var m *observe.Metrics
	if f.metrics != "" {
		m = observe.NewMetrics()
		observers = append(observers, m)
	}
	observe.Watch(cfg, observers...)
	return m, nil
}

// warnOfQueue says what a log would of the queue on disk, and nothing else: a mail may be waiting for somebody to
// look after it.
func (p *program) warnOfQueue(n mockserver.Notice) {
	key := map[mockserver.NoticeKind]string{
		mockserver.NoticeSetAside: "serve.set-aside", mockserver.NoticeUnsaved: "serve.unsaved",
	}[n.Kind]
	if key != "" {
		args := phrases.Args{"file": phrases.Clean(n.File), "message": n.Message, "why": phrases.Clean(n.Why)}
		fmt.Fprintln(p.err, "maillab: "+say(key, args).In(p.lang))
	}
}

// metricsPage is the listener that Prometheus asks, nil where none is wanted.
type metricsPage struct {
	listener net.Listener
	server   *http.Server
}

// openMetrics opens the page, if there are metrics; a nil page does nothing.
func (f serveFlags) openMetrics(m *observe.Metrics) (*metricsPage, error) {
	if m == nil {
		return nil, nil //nolint:nilnil // no metrics, no page
	}
	addr, err := f.address(f.observe.metrics)
	if err != nil {
		return nil, err
	}
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, &failure{say("error.listen", phrases.Args{"error": phrases.Clean(err.Error())})}
	}
	server := &http.Server{Handler: m.Handler(), ReadHeaderTimeout: 10 * time.Second, IdleTimeout: time.Minute}
	go func() { _ = server.Serve(l) }()
	return &metricsPage{l, server}, nil
}

// announce prints the page's NAME=ADDR line.
func (m *metricsPage) announce(p *program) {
	if m != nil {
		fmt.Fprintf(p.out, "METRICS=%s\n", m.listener.Addr())
	}
}

func (m *metricsPage) addr() []string {
	if m == nil {
		return nil
	}
	return []string{m.listener.Addr().String()}
}

// close lets a look under way end, for a second.
func (m *metricsPage) close() {
	if m == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	_ = m.server.Shutdown(ctx)
}
