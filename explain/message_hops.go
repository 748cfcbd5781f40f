package explain

import (
	"maillab/explain/mail"
	"maillab/phrases"
)

// longWait is the delay from which on it is worth a word, in seconds.
const longWait = 600

// hops tells the way of the mail from the sender's end, with the time that each step took.
func (v *view) hops(m *mail.Message) {
	hops := m.Hops()
	if len(hops) == 0 {
		return
	}
	v.field("hops", hops)
	rows := make([]Row, 0, len(hops))
	for i, h := range hops {
		by := h.By
		if by == "" {
			by = "?"
		}
		rows = append(rows, Row{Label: number(i+1) + " " + shown(by), Text: hopWords(h, i == 0)})
	}
	v.section("hops", say("section.hops", nil), rows)
}

func hopWords(h mail.Hop, first bool) phrases.Text {
	var from, with, when phrases.Text
	if h.From != "" {
		who := h.From
		if h.FromInfo != "" {
			who += " (" + h.FromInfo + ")"
		}
		from = say("hop.from", phrases.Args{"from": shown(who)})
	}
	if h.With != "" {
		with = valued(h.With, mailWords("with."+h.With))
	}
	if h.Time == "" {
		when = say("hop.no-time", nil)
	} else {
		when = verbatim(h.Time)
	}
	return clauses(from, with, when, delayWords(h.Delay, first))
}

// delayWords says how long a step took; a time that runs backwards is a clock that is wrong.
func delayWords(delay *int, first bool) phrases.Text {
	if delay == nil {
		return phrases.Text{}
	}
	seconds, key := *delay, "delay.next"
	switch {
	case first && seconds < 0:
		key = "delay.before-written"
	case first:
		key = "delay.written"
	case seconds < 0:
		key = "delay.backwards"
	case seconds == 0:
		key = "delay.none"
	case seconds >= longWait:
		key = "delay.long"
	}
	return insert(say(key, nil), "time", duration(max(seconds, -seconds)))
}

// units of time from the biggest on, in seconds, and the keys of their words for one and for more.
var units = []struct {
	seconds   int
	one, more string
}{
	{86400, "time.day", "time.days"}, {3600, "time.hour", "time.hours"},
	{60, "time.minute", "time.minutes"}, {1, "time.second", "time.seconds"},
}

// duration writes a time in the two biggest units that it has.
func duration(seconds int) phrases.Text {
	var out phrases.Text
	parts := 0
	for _, u := range units {
		n := seconds / u.seconds
		if n == 0 && (u.seconds > 1 || parts > 0) {
			if parts > 0 {
				break
			}
			continue
		}
		seconds -= n * u.seconds
		key := u.more
		if n == 1 {
			key = u.one
		}
		t := say(key, phrases.Args{"n": number(n)})
		if out.Empty() {
			out = t
		} else {
			out = phrases.Text{EN: out.EN + " " + t.EN, ZH: out.ZH + " " + t.ZH}
		}
		if parts++; parts == 2 {
			break
		}
	}
	return out
}
