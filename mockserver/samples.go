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
	// Persona whose words these are: PlainPersona, a persona's name, "LANG zh" or a fault.
	Persona string
}

// Samples lists every reply of the reply data, once for each client line that the data name
// for it, then what the personas and the faults word otherwise: what an explainer must be able to
// explain. It is built from the data themselves, so no reply can be missing.
func Samples() []Sample {
	if err := loadBooks(); err != nil {
		panic(err) // embedded data: a mistake of ours, which the tests find
	}
	m := plainManner()
	out := sampler{protocol.SMTP, PlainPersona, smtpWords.Places, m.smtpWays}.all(sayingsOf(&m.smtp.Reply), m.smtp.Refusal)
	plain := sampler{protocol.POP3, PlainPersona, pop3Words.Places, m.pop3Ways}
	out = append(out, plain.all(sayingsOf(&m.pop3.Reply), m.pop3.Refusal)...)
	out = append(out, plain.chinese(&m.pop3)...)
	for _, p := range Personas() {
		out = append(out, personaSamples(m.with(p), p)...)
	}
	for _, f := range Faults() {
		out = append(out, faultSamples(f)...)
	}
	return out
}

// personaSamples lists what a persona words itself.
func personaSamples(m *manner, p *Persona) []Sample {
	var out []Sample
	for _, x := range []struct {
		protocol protocol.Protocol
		ways     *ways
		places   phrases.Args
		sayings  []*saying
		refusals map[protocol.Reason]refusal
	}{
		{protocol.SMTP, p.SMTP, smtpWords.Places, sayingsOf(&m.smtp.Reply), m.smtp.Refusal},
		{protocol.POP3, p.POP3, pop3Words.Places, sayingsOf(&m.pop3.Reply), m.pop3.Refusal},
	} {
		if x.ways == nil {
			continue
		}
		x.sayings = slices.DeleteFunc(x.sayings, func(s *saying) bool {
			_, own := x.ways.Reply[s.key]
			return !own && s.key != "ehlo" && s.key != "capa"
		})
		maps.DeleteFunc(x.refusals, func(r protocol.Reason, _ refusal) bool { _, own := x.ways.Refusal[r]; return !own })
		sample := sampler{x.protocol, p.Name, merged(x.places, x.ways.Places), x.ways}
		out = append(out, sample.all(x.sayings, x.refusals)...)
		for i := range x.ways.Rule {
			out = append(out, sample.rule(&x.ways.Rule[i])...)
		}
	}
	return out
}

// faultSamples lists what the servers say when a fault strikes.
func faultSamples(f *Fault) []Sample {
	values := phrases.Args{}
	for _, a := range f.Args {
		a.give(a.Default, values)
	}
	out := f.samplesWith(values)
	for _, a := range f.Args {
		for _, choice := range a.choices() {
			other := maps.Clone(values)
			if a.give(choice, other); choice != a.Default {
				out = append(out, f.samplesWith(other)...)
			}
		}
	}
	return out
}

// samplesWith lists what is said with these arguments.
func (f *Fault) samplesWith(values phrases.Args) []Sample {
	var out []Sample
	for _, s := range f.Strike {
		a, err := arm(s, values)
		if err != nil || a.says == nil {
			continue
		}
		for _, p := range []protocol.Protocol{protocol.SMTP, protocol.POP3} {
			if s.Protocol == p {
				sample := sampler{p, "fault " + f.Name, faultPlaces(p), &ways{}}
				out = append(out, sample.sayings([]*saying{a.says})...)
				out = append(out, sample.sayings([]*saying{a.says.in(true)})...)
			}
		}
	}
	return out
}

// faultPlaces are the places that a fault's reply may have.
func faultPlaces(p protocol.Protocol) phrases.Args {
	if p == protocol.POP3 {
		return pop3Words.Places
	}
	return smtpWords.Places
}

// sampler makes the samples of one protocol in one manner.
type sampler struct {
	protocol protocol.Protocol
	persona  string
	places   phrases.Args
	ways     *ways
}

func (x sampler) all(sayings []*saying, refusals map[protocol.Reason]refusal) []Sample {
	return append(x.sayings(sayings), x.refusals(refusals)...)
}

// chinese samples what is said after LANG zh.
func (x sampler) chinese(book *pop3Book) []Sample {
	x.persona = "LANG zh"
	var sayings []*saying
	for _, s := range sayingsOf(&book.Reply) {
		if s.ZH != "" {
			sayings = append(sayings, s.in(true))
		}
	}
	refusals := map[protocol.Reason]refusal{}
	for reason, r := range book.Refusal {
		if r.Text, r.Bare = r.ZH, r.BareZH; r.Text != "" {
			refusals[reason] = r
		}
	}
	return x.all(sayings, refusals)
}

func (x sampler) sayings(all []*saying) []Sample {
	var out []Sample
	for _, s := range all {
		values := merged(x.places, s.Places)
		for _, after := range s.After {
			state := s.State
			if state == "" && after != "" {
				state, _ = lookIn(x.protocol, after, func(u protocol.Utterance) bool { return u.Fault == nil && lists(x.protocol, u, s.Code) })
			}
			if state == "" && after != "" {
				state, _ = lookIn(x.protocol, after, func(u protocol.Utterance) bool { return u.Fault == nil })
			}
			out = append(out, Sample{x.protocol, s.key, after, state, x.raw(s, values), x.persona})
			if s.One != "" {
				out = append(out, Sample{x.protocol, s.key, after, state, x.raw(s, merged(values, one)), x.persona})
			}
		}
	}
	return out
}

// rule samples the answer to each line that a rule names for itself.
func (x sampler) rule(r *rule) []Sample {
	var out []Sample
	for _, after := range r.After {
		state, u := lookIn(x.protocol, after, func(u protocol.Utterance) bool {
			return len(r.Reason) == 0 && u.Fault == nil || u.Fault != nil && slices.Contains(r.Reason, u.Fault.Reason)
		})
		out = append(out, Sample{x.protocol, "rule", after, state, x.raw(&r.says, merged(x.places, placesOf(u, u.Fault))), x.persona})
	}
	return out
}

// one makes the places those of a maildrop with one message.
var one = phrases.Args{"count": "1", "n": "1"}

func merged(places, more phrases.Args) phrases.Args {
	out := maps.Clone(places)
	if out == nil {
		out = phrases.Args{}
	}
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

func (x sampler) refusals(all map[protocol.Reason]refusal) []Sample {
	var out []Sample
	for reason, r := range all {
		for _, after := range r.After {
			state, u := lookIn(x.protocol, after, func(u protocol.Utterance) bool { return u.Fault != nil && u.Fault.Reason == reason })
			if u.Fault == nil {
				// One that only the server can find: it says it where the line is otherwise in order.
				state, u = lookIn(x.protocol, after, func(u protocol.Utterance) bool { return u.Fault == nil })
				u.Fault = protocol.NewFault(x.protocol, reason, after)
			}
			s, args := r.saying(u, u.Fault)
			out = append(out, Sample{x.protocol, s.key, after, state, x.raw(s, merged(x.places, args)), x.persona})
		}
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].Key < out[j].Key })
	return out
}

// raw writes a reply as it goes over the wire, without the last CRLF.
func (x sampler) raw(s *saying, args phrases.Args) string {
	s = x.ways.coded(s)
	if x.protocol == protocol.SMTP {
		reply := smtpReply(s, args)
		if s.key == "ehlo" {
			reply = x.ways.announced(reply, nil)
		}
		var b strings.Builder
		writeSMTP(&b, reply)
		return strings.TrimSuffix(b.String(), string(protocol.CRLF))
	}
	lines := []string{strings.TrimRight(s.Code+" "+pop3Text(s, args), " ")}
	if s.Body != "" {
		body := s.bodyLines(args)
		if s.key == "capa" {
			body = x.ways.listed(body, hasPOP3)
		}
		lines = append(append(lines, body...), protocol.VerbDot)
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
