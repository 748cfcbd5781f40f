package mockserver

import (
	"maps"
	"slices"
	"sort"
	"strings"

	"maillab/phrases"
	"maillab/protocol"
)

// Sample is one reply that the lab's servers can give.
type Sample struct {
	Protocol protocol.Protocol
	// Key is the reply's name in the data.
	Key string
	// After is a client line that it can answer; "" when the server speaks unasked or the line was empty.
	After string
	// State in which that line was said; "" where the server may speak in any.
	State protocol.State
	// Reply is the raw reply, its lines joined by CRLF; a multi-line POP3 reply ends with its dot.
	Reply string
}

// Samples lists every reply of the reply data, once for each client line that the data name
// for it: what an explainer must be able to explain. It is built from the data themselves,
// so no reply can be missing.
func Samples() []Sample {
	if err := loadBooks(); err != nil {
		panic(err) // embedded data: a mistake of ours, which the tests find
	}
	out := sampleSayings(protocol.SMTP, sayingsOf(&smtpWords.Reply), smtpWords.Places)
	out = append(out, sampleRefusals(protocol.SMTP, smtpWords.Refusal)...)
	out = append(out, sampleSayings(protocol.POP3, sayingsOf(&pop3Words.Reply), pop3Words.Places)...)
	return append(out, sampleRefusals(protocol.POP3, pop3Words.Refusal)...)
}

func sampleSayings(p protocol.Protocol, all []*saying, places phrases.Args) []Sample {
	var out []Sample
	for _, s := range all {
		values := merged(places, s.Places)
		for _, after := range s.After {
			state := s.State
			if state == "" && after != "" {
				state, _ = lookIn(p, after, func(u protocol.Utterance) bool { return u.Fault == nil && lists(p, u, s.Code) })
			}
			out = append(out, Sample{p, s.key, after, state, rawOf(p, s, values)})
			if s.One != "" {
				out = append(out, Sample{p, s.key, after, state, rawOf(p, s, merged(values, one))})
			}
		}
	}
	return out
}

// one makes the places those of a maildrop with one message.
var one = phrases.Args{"count": "1", "n": "1"}

func merged(places, more phrases.Args) phrases.Args {
	out := maps.Clone(places)
	maps.Copy(out, more)
	return out
}

// lists reports whether the table has that code for a line.
func lists(p protocol.Protocol, u protocol.Utterance, code string) bool {
	if u.Row == nil {
		return false
	}
	_, ok := u.Row.Answer(code, u.Args)
	return ok || slices.ContainsFunc(protocol.TableOf(p).Anywhere, func(a protocol.Answer) bool { return a.Code == code })
}

func sampleRefusals(p protocol.Protocol, all map[protocol.Reason]refusal) []Sample {
	var out []Sample
	for reason, r := range all {
		for _, after := range r.After {
			state, u := lookIn(p, after, func(u protocol.Utterance) bool { return u.Fault != nil && u.Fault.Reason == reason })
			if u.Fault == nil {
				// One that only the server can find: it says it where the line is otherwise in order.
				state, u = lookIn(p, after, func(u protocol.Utterance) bool { return u.Fault == nil })
				u.Fault = protocol.NewFault(p, reason, after)
			}
			s, args := r.saying(u, u.Fault)
			out = append(out, Sample{p, s.key, after, state, rawOf(p, s, args)})
		}
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].Key < out[j].Key })
	return out
}

// rawOf writes a reply as it goes over the wire, without the last CRLF.
func rawOf(p protocol.Protocol, s *saying, args phrases.Args) string {
	if p == protocol.SMTP {
		var b strings.Builder
		writeSMTP(&b, smtpReply(s, args))
		return strings.TrimSuffix(b.String(), string(protocol.CRLF))
	}
	lines := []string{s.Code + " " + pop3Text(s, args)}
	if s.Body != "" {
		lines = append(append(lines, s.bodyLines(args)...), protocol.VerbDot)
	}
	return strings.Join(lines, string(protocol.CRLF))
}

// scene is a way to a place in a conversation: lines said and codes answered, in turn.
type scene []struct{ say, hear string }

// scenes lead to every state in which a client line can be said, the usual one first.
var scenes = map[protocol.Protocol][]scene{
	protocol.SMTP: {
		{{"", "220"}, {"EHLO jspdevelop", "250"}},
		{{"", "220"}},
		{{"", "220"}, {"EHLO jspdevelop", "250"}, {"MAIL FROM:<jspdevelop@lab.test>", "250"}},
		{{"", "220"}, {"EHLO jspdevelop", "250"}, {"MAIL FROM:<jspdevelop@lab.test>", "250"}, {"RCPT TO:<fpwjp@lab.test>", "250"}},
		{{"", "220"}, {"EHLO jspdevelop", "250"}, {"MAIL FROM:<jspdevelop@lab.test>", "250"}, {"RCPT TO:<fpwjp@lab.test>", "250"}, {"DATA", "354"}},
		{{"", "220"}, {"EHLO jspdevelop", "250"}, {"AUTH LOGIN", "334"}},
		{{"", "220"}, {"EHLO jspdevelop", "250"}, {"AUTH PLAIN AGpzcGRldmVsb3AAanNwMTIz", "235"}},
		{{"", "220"}, {"HELO jspdevelop", "250"}},
		{{"", "220"}, {"EHLO jspdevelop", "250"}, {"STARTTLS", "220"}, {"EHLO jspdevelop", "250"}},
	},
	protocol.POP3: {
		{{"", "+OK"}},
		{{"", "+OK"}, {"USER fpwjp", "+OK"}},
		{{"", "+OK"}, {"USER fpwjp", "+OK"}, {"PASS fpw123", "+OK"}},
		{{"", "+OK"}, {"AUTH LOGIN", "+"}},
		{{"", "+OK"}, {"STLS", "+OK"}},
		{{"", "+OK <1896.697170952@pop3.lab.test>"}},
	},
}

// lookIn finds the first scene in which a line is what fits says, and the state there.
func lookIn(p protocol.Protocol, line string, fits func(protocol.Utterance) bool) (protocol.State, protocol.Utterance) {
	for _, sc := range scenes[p] {
		m := protocol.NewMachine(p)
		for _, turn := range sc {
			if turn.say != "" {
				m.Said(turn.say)
			}
			m.Heard(protocol.ParseReply(p, turn.hear, false))
		}
		if u := m.Look(line); fits(u) {
			return m.Now().State, u
		}
	}
	return "", protocol.Utterance{}
}
