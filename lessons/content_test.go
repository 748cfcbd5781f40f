package lessons_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"maillab/lessons"
	"maillab/phrases"
	"maillab/protocol"
)

func builtin(t *testing.T) []*lessons.Lesson {
	t.Helper()
	lib, err := lessons.Builtin()
	require.NoError(t, err)
	return lib.Lessons()
}

func TestTheLessonsOfTheHandout(t *testing.T) {
	var got []string
	for _, l := range builtin(t) {
		for _, s := range l.Steps {
			got = append(got, l.ID+"/"+s.ID)
		}
	}
	want := "smtp-send: accounts server base64 connect ehlo auth mail rcpt data quit inbox" +
		" pop3-read: account connect user pass list retr dele recount rset quit"
	var expected []string
	id := ""
	for _, w := range strings.Fields(want) {
		if s, ok := strings.CutSuffix(w, ":"); ok {
			id = s
			continue
		}
		expected = append(expected, id+"/"+w)
	}
	assert.Equal(t, expected, got)
}

// The solution passes every step, one after the other, and each step waits until then.
func TestSolutionsPass(t *testing.T) {
	for _, l := range builtin(t) {
		d := newDesk(t, l.ID, lessons.Progress{})
		for i := range l.Steps {
			at, step := d.player.Step()
			require.Equal(t, i, at)
			require.NotEmpty(t, d.player.Missing(), "untouched step %s", step.ID)
			recipe := d.player.Recipe(d.at())
			require.Equal(t, step.Solution, recipe, "in order, the recipe is the solution")
			before := d.types(recipe[:len(recipe)-1]...)
			require.Empty(t, before, "step %s before its last line", step.ID)
			after := d.types(recipe[len(recipe)-1])
			require.Empty(t, mistakes(append(before, after...)), step.ID)
			require.Contains(t, done(append(before, after...)), step.ID)
			require.Len(t, done(after), min(1, len(done(after)))+b2i(i == len(l.Steps)-1), "one step at a time")
		}
		assert.True(t, d.player.Finished(), l.ID)
		assert.Empty(t, d.player.Progress().Skipped)
		assert.Nil(t, d.player.Missing())
		assert.Nil(t, d.player.Recipe(lessons.Desk{}))
	}
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

func TestEveryStepHasThreeHintsAndTheLastShowsTheSolution(t *testing.T) {
	for _, l := range builtin(t) {
		for _, s := range l.Steps {
			require.Len(t, s.Hints, 3, "%s/%s", l.ID, s.ID)
			for _, lang := range phrases.Langs {
				last := s.Hints[2].In(lang)[0].Text
				first := s.Hints[0].In(lang)[0].Text
				line := strings.TrimPrefix(s.Solution[0], ":")
				line = strings.TrimSuffix(line, " encode jspdevelop")
				assert.Contains(t, last, "`"+line+"`", "%s/%s %s", l.ID, s.ID, lang)
				assert.NotContains(t, first, line, "%s/%s: the first hint is vague", l.ID, s.ID)
			}
		}
	}
}

// What the handout has wrong, incomplete or dated is told in both languages.
func TestTheHandoutsSlipsAreTold(t *testing.T) {
	for id, told := range map[string][]string{
		"smtp-send": {
			"reptto", "mailfrom:", "authlogin", "AUTH SP", "SOML", "RFC 4954", "3207", "3030", "1985", "2645",
			"4468", "RFC 3463", "sun.misc.BASE64Encoder", "java.util.Base64", "587", "465", "OAuth", "RFC 5321 §4.5.2",
			"PLAIN", "SCRAM", "SPF", "DKIM", "DMARC",
		},
		"pop3-read": {
			"rert", "uer", "`list`", "APOP SP", "TOP SP", "RFC 2449", "RFC 5034", "RFC 2595", "RFC 6856", "995",
			"RFC 6151", "OAuth", "RFC 1939 §3",
		},
	} {
		for _, lang := range phrases.Langs {
			text := allText(lesson(t, id), lang)
			for _, w := range told {
				assert.Contains(t, text, w, "%s %s", id, lang)
			}
		}
	}
}

// allText returns everything a lesson says in a language.
func allText(l *lessons.Lesson, lang phrases.Lang) string {
	var b strings.Builder
	add := func(w lessons.Words) {
		for _, x := range w.In(lang) {
			b.WriteString(x.Text + "\n")
		}
	}
	add(l.Summary)
	for _, s := range l.Steps {
		add(s.Prose)
		add(s.Goal)
		add(s.Done)
		for _, h := range s.Hints {
			add(h)
		}
		for _, e := range s.Evidence {
			add(e.Missing)
		}
		for _, m := range s.Mistakes {
			add(m.Words)
		}
	}
	for _, m := range l.Mistakes {
		add(m.Words)
	}
	return b.String()
}

// Chinese prose has full-width punctuation, and code has none.
func TestChineseTypography(t *testing.T) {
	for _, l := range builtin(t) {
		for _, line := range strings.Split(allText(l, phrases.Chinese), "\n") {
			for _, r := range lessons.Runs(line) {
				if r.Style == lessons.Plain {
					assert.NotRegexp(t, `\p{Han}[,;:!?]|\p{Han}\.(\s|$)|[,;!?]\p{Han}`, r.Text, l.ID)
					assert.NotRegexp(t, `\p{Han} \p{Han}`, r.Text, "%s: a space between Han characters", l.ID)
				}
			}
		}
	}
}

func TestRoutesThatAreFineToo(t *testing.T) {
	smtp := func(middle ...string) []string {
		out := append([]string{"inbox", "servers", "base64", "telnet smtp.lab.test 25"}, middle...)
		return append(out, "quit", "inbox fpwjp")
	}
	login := []string{"AUTH LOGIN", "anNwZGV2ZWxvcA==", "anNwMTIz"}
	send := []string{"MAIL FROM:<jspdevelop@lab.test>", "RCPT TO:<fpwjp@lab.test>", "DATA", "Subject: x", "", "x", "."}
	plain := protocol.PlainMessage{User: "jspdevelop", Password: "jsp123"}.Encode()
	pop := func(middle ...string) []string {
		return append([]string{"inbox fpwjp", "telnet pop3.lab.test 110"}, middle...)
	}
	rest := []string{"stat", "list", "retr 11", "dele 11", "list", "stat", "rset", "list", "stat", "quit"}
	apop := "apop fpwjp " + protocol.APOPDigest("<1.2@lab.test>", "fpw123")
	for name, c := range map[string]struct {
		lesson string
		lines  []string
	}{
		"helo first":      {"smtp-send", smtp(join([]string{"helo x", "ehlo x"}, login, send)...)},
		"auth plain":      {"smtp-send", smtp(join([]string{"ehlo x", "auth plain", plain}, send)...)},
		"extra commands":  {"smtp-send", smtp(join([]string{"noop", "ehlo x", "vrfy fpwjp"}, login, []string{"rset", "noop"}, send, []string{"noop"})...)},
		"two recipients":  {"smtp-send", smtp(join([]string{"ehlo x"}, login, []string{"mail from:<jspdevelop@lab.test>", "rcpt to:<jspdevelop@lab.test>", "rcpt to:<fpwjp@lab.test>", "data", "Subject: x", "", "x", "."})...)},
		"odd spelling":    {"smtp-send", smtp(join([]string{"eHlO x"}, login, []string{"Mail From: <jspdevelop@lab.test>", "rcpt TO: <FPWJP@lab.test> ", "rcpt to:<fpwjp@LAB.TEST>", "data", "Subject: x", "", "x", "."})...)},
		"no reading":      {"smtp-send", join([]string{"telnet smtp.lab.test 587", "ehlo x"}, login, send, []string{":inbox fpwjp", "quit"})},
		"after mistakes":  {"smtp-send", smtp(join([]string{"reptto", "ehlo", "authlogin", "ehlo x", "auth login", "nonsense", "auth login", "anNwMTIz", "*"}, login, []string{"data", "rcpt to:<a@b.test>"}, send)...)},
		"twice connected": {"smtp-send", smtp(join([]string{"ehlo x", "quit", "telnet smtp.lab.test 25", "ehlo x"}, login, send)...)},
		"apop":            {"pop3-read", pop(join([]string{apop}, rest)...)},
		"upper case":      {"pop3-read", pop(join([]string{"USER fpwjp", "PASS fpw123"}, upper(rest))...)},
		"extras":          {"pop3-read", pop(join([]string{"capa", "user fpwjp", "pass fpw123", "uidl", "top 1 2", "retr 1", "noop"}, rest)...)},
		"early retr":      {"pop3-read", pop("user fpwjp", "pass fpw123", "retr 11", "list", "stat", "dele 11", "list", "stat", "rset", "list", "stat", "quit")},
	} {
		d := newDesk(t, c.lesson, lessons.Progress{})
		d.types(c.lines...)
		if _, step := d.player.Step(); step != nil {
			t.Errorf("%s stops at %s", name, step.ID)
		}
	}
}

func join(lists ...[]string) []string {
	var out []string
	for _, l := range lists {
		out = append(out, l...)
	}
	return out
}

func upper(lines []string) []string {
	out := make([]string, len(lines))
	for i, l := range lines {
		out[i] = strings.ToUpper(l)
	}
	return out
}

// A real mail client's conversation shows on the server's side only.
func TestAMailClientsDelivery(t *testing.T) {
	p := lessons.NewPlayer(lesson(t, "smtp-send"), lessons.Progress{Lesson: "smtp-send", Done: []string{"base64", "auth"}})
	got := done(p.Event(protocol.Event{Kind: protocol.KindDelivered, Mailbox: "fpwjp"}))
	assert.Equal(t, []string{"accounts", "server", "connect", "ehlo", "mail", "rcpt", "data"}, got)

	p = lessons.NewPlayer(lesson(t, "pop3-read"), lessons.Progress{})
	assert.Equal(t, []string{"account", "connect", "user", "pass"}, done(p.Event(protocol.Event{Kind: protocol.KindLocked, Mailbox: "fpwjp"})))
	for range 10 {
		assert.Empty(t, p.Event(protocol.Event{Kind: protocol.KindRetrieved, Mailbox: "fpwjp"}))
	}
	assert.Equal(t, []string{"list", "retr"}, done(p.Event(protocol.Event{Kind: protocol.KindRetrieved, Mailbox: "fpwjp"})))
}

// A transcript is a list of events in JSON; it is graded as the live conversation was.
func TestATranscriptIsGradedAlike(t *testing.T) {
	for _, l := range builtin(t) {
		d := newDesk(t, l.ID, lessons.Progress{})
		for !d.player.Finished() {
			d.types(d.player.Recipe(d.at())...)
		}
		again := lessons.NewPlayer(l, lessons.Progress{})
		for _, e := range d.events {
			data, err := json.Marshal(e.Redacted())
			require.NoError(t, err)
			var back protocol.Event
			require.NoError(t, json.Unmarshal(data, &back))
			again.Event(back)
		}
		assert.True(t, again.Finished(), l.ID)
	}
}
