package explain

import (
	"strconv"
	"strings"

	"maillab/phrases"
)

// listing explains LIST and UIDL: of one message in the status line, of all in
// the lines after it (RFC 1939 §5, §7).
func (v *view) listing(uids bool) {
	if !v.reply.Multiline && v.args != "" {
		v.oneEntry(uids)
		return
	}
	entries, octets, at := [][2]any{}, 0, v.lineStart(min(1, len(v.reply.Lines)))
	for i, l := range v.reply.Lines {
		if i == 0 {
			continue
		}
		n, value, ok := scanEntry(l.Text)
		if !uids {
			value = strings.TrimPrefix(value, "(") // "1 (120 octets)"
		}
		if ok {
			entries = append(entries, v.entry(at, l.Text, n, value, uids, len(entries)))
			if size, err := strconv.Atoi(value); err == nil && !uids {
				octets += size
			}
		}
		at += len(l.Text) + len("\r\n")
	}
	v.field("count", len(entries))
	v.field("entries", entries)
	v.totals()
	v.listSummary(len(entries), octets, uids)
}

// scanEntry takes "number value" apart.
func scanEntry(line string) (n int, value string, ok bool) {
	number, rest, found := strings.Cut(strings.TrimSpace(line), " ")
	n, err := strconv.Atoi(number)
	value, _, _ = strings.Cut(strings.TrimSpace(rest), " ")
	return n, value, err == nil && found && value != ""
}

func (v *view) entry(at int, line string, n int, value string, uids bool, seen int) [2]any {
	if seen < maxListed {
		digits := digitsAt(line, 0)
		v.span(at, at+digits, "message-number", say("span.message-number", nil))
		if where := strings.Index(line[digits:], value); where >= 0 {
			start := at + digits + where
			v.span(start, start+len(value), entryKind(uids), v.entryWords(value, uids))
		}
	}
	if size, err := strconv.Atoi(value); err == nil && !uids {
		return [2]any{n, size}
	}
	return [2]any{n, value}
}

func entryKind(uids bool) string {
	if uids {
		return "uid"
	}
	return "octets"
}

func (v *view) entryWords(value string, uids bool) phrases.Text {
	if uids {
		return say("span.uid", nil)
	}
	n, _ := strconv.Atoi(value)
	return say("span.octets", phrases.Args{"size": humanSize(n)})
}

func (v *view) listSummary(count, octets int, uids bool) {
	args := phrases.Args{"n": number(count), "octets": number(octets), "size": humanSize(octets)}
	switch {
	case count == 0:
		v.a.Summary = say("summary.list-empty", nil)
	case uids:
		v.a.Summary = say("summary.uidl", args)
	default:
		v.a.Summary = say("summary.list", args)
	}
	if total, ok := v.a.Fields["messages"].(int); ok && total != count {
		v.detail(say("detail.count-differs", phrases.Args{"total": number(total), "n": number(count)}))
	}
}

// oneEntry: +OK 2 200, +OK 1 whqtswO00WBw418f9t5JxYwZ.
func (v *view) oneEntry(uids bool) {
	n, value, ok := scanEntry(v.text)
	if !ok {
		return
	}
	v.field("message", n)
	v.entry(v.textAt, v.text, n, value, uids, 0)
	if uids {
		v.field("uid", value)
		v.a.Summary = say("summary.uidl-one", phrases.Args{"n": number(n), "uid": shown(value)})
		return
	}
	if size, err := strconv.Atoi(value); err == nil {
		v.field("octets", size)
		v.a.Summary = say("summary.list-one", phrases.Args{"n": number(n), "octets": value, "size": humanSize(size)})
	}
}
