package terminal

import (
	"strings"

	"maillab/explain"
	"maillab/lab"
	"maillab/phrases"
	"maillab/protocol"
)

// explainSafely keeps a mistake of ours in an explanation from ending somebody's
// conversation: the raw reply is on the screen already.
func (r *Renderer) explainSafely(e protocol.Event) {
	defer func() {
		if recover() != nil {
			r.bar(styleNote, say("explain-failed", nil).In(r.lang))
		}
	}()
	r.explain(e, r.level)
}

// explain draws what a reply means, as fully as the level and what was seen before ask.
func (r *Renderer) explain(e protocol.Event, level lab.Level) {
	if level == lab.LevelOff {
		return
	}
	a := explain.Reply(e.Context, *e.Reply)
	raw := explain.Raw(*e.Reply)
	again := r.foreign && a.Code == "" // a web server's header: what the first line is has been told
	if r.foreign = a.Code == ""; again && level != lab.LevelFull {
		return
	}
	full := level == lab.LevelFull || level == lab.LevelAuto && !r.seen[a.Topic]
	r.seen[a.Topic] = true
	r.annotation(a, raw, full)
}

func (r *Renderer) annotation(a explain.Annotation, raw string, full bool) {
	r.bar(severityStyle(a.Severity), r.label("", "plain.meaning")+a.Summary.In(r.lang))
	if full {
		told := append(r.digits(a), r.parts(a, raw)...)
		for _, d := range a.Details {
			if text := d.In(r.lang); !toldAlready(told, text) {
				r.bar(styleNone, text)
			}
		}
	}
	r.sections(a.Sections, full)
	if full {
		r.causes(a)
	}
	r.next(a, full)
	if standards := explain.Standards(a.Ref); full && standards != "" {
		r.bar(styleNote, r.label("", "plain.standard")+standards)
	}
}

// causes lists what may be behind a refusal, likeliest first; a single cause
// that the summary has told is not told again.
func (r *Renderer) causes(a explain.Annotation) {
	if len(a.Causes) == 0 || len(a.Causes) == 1 && strings.Contains(a.Summary.In(r.lang), a.Causes[0].In(r.lang)) {
		return
	}
	list := make([]string, len(a.Causes))
	for i, c := range a.Causes {
		list[i] = say("cause", phrases.Args{"n": itoa(i + 1), "cause": c.In(r.lang)}).In(r.lang)
	}
	r.bar(styleNone, say("causes", phrases.Args{"list": strings.Join(list, say("causes-join", nil).In(r.lang))}).In(r.lang))
}

func severityStyle(s string) style {
	switch s {
	case "success":
		return styleGood
	case "intermediate":
		return styleMiddle
	case "transient":
		return styleTransient
	case "permanent":
		return styleBad
	}
	return styleHeading
}

// toldAlready: a detail that only repeats, behind its colon, what stands beside one of the parts.
func toldAlready(told []string, detail string) bool {
	if _, after, ok := strings.Cut(detail, "："); ok {
		detail = after
	} else if _, after, ok := strings.Cut(detail, ": "); ok {
		detail = after
	}
	for _, t := range told {
		if strings.HasSuffix(t, detail) {
			return true
		}
	}
	return false
}

// digits takes the code apart, the digits that are not meant written x as in
// 2xx, and returns the meanings.
func (r *Renderer) digits(a explain.Annotation) (told []string) {
	for _, d := range a.Digits {
		quoted := []byte(a.Code)
		for i := range quoted {
			if (i < d.Start || i >= d.End) && len(a.Digits) > 1 {
				quoted[i] = 'x'
			}
		}
		meaning := d.Text.In(r.lang)
		s, _ := codeStyle(a.Code)
		r.part(string(quoted), meaning, s)
		told = append(told, meaning)
	}
	return told
}

// parts lists the reply's parts, the words themselves and what they mean, and
// returns the meanings.
func (r *Renderer) parts(a explain.Annotation, raw string) (told []string) {
	shown := map[string]int{}
	noted := map[string]bool{}
	for _, s := range a.Spans {
		if s.Start < 0 || s.End > len(raw) || s.Start >= s.End || s.Text.Empty() || r.nothingNew(a, s) {
			continue
		}
		if shown[s.Kind]++; listed[s.Kind] && shown[s.Kind] > maxListed {
			continue
		}
		meaning := s.Text.In(r.lang)
		quoted, key := r.quoted(s, raw), meaning
		if !mailKinds[s.Kind] {
			key = quoted + "\x00" + meaning
		}
		if noted[key] {
			continue
		}
		noted[key] = true
		r.part(quoted, meaning, kindStyle(s.Kind))
		told = append(told, meaning)
	}
	for kind, n := range shown {
		if kind == listingKind && n > maxListed {
			r.bar(styleNote, say("and-so-on", phrases.Args{"n": itoa(n - maxListed)}).In(r.lang))
		}
	}
	return told
}

// A listing (LIST, UIDL) is the same in each of its lines: the first few stand for all.
const (
	maxListed   = 3
	listingKind = "message-number"
)

// listed are the kinds of part of which a listing has one in each line.
var listed = map[string]bool{listingKind: true, "octets": true, "uid": true}

// mailKinds are the kinds of part that a mail or a listing has many of; the same note is not given
// twice. Of the others, only the same words with the same note are left out.
var mailKinds = map[string]bool{"message-number": true, "uid": true, "header": true, "body": true, "dot-stuffing": true}

// quoted is what stands for a part beside its note. Of a header field the name will
// do, and of a body nothing: the mail itself stands above. An empty line has a name.
func (r *Renderer) quoted(s explain.Span, raw string) string {
	part := raw[s.Start:s.End]
	switch s.Kind {
	case "header":
		name, _, _ := strings.Cut(part, ":")
		return phrases.Clean(name) + ":"
	case "blank-line":
		return say("part.blank-line", nil).In(r.lang)
	case "body":
		return say("part.body", nil).In(r.lang)
	}
	return phrases.Clean(unfolded(part))
}

// unfolded writes a folded header field on one line.
func unfolded(s string) string {
	if !strings.Contains(s, "\r\n") {
		return s
	}
	return strings.Join(strings.Fields(s), " ")
}

// onceKinds are the kinds of part whose meaning is the same each time.
var onceKinds = map[string]bool{"text": true, "continuation": true}

// nothingNew: the code where its digits were told, and what was told before and is always the same.
func (r *Renderer) nothingNew(a explain.Annotation, s explain.Span) bool {
	if s.Kind == "code" {
		return len(a.Digits) > 0
	}
	told := r.noted["part "+s.Kind]
	r.noted["part "+s.Kind] = onceKinds[s.Kind]
	return told && onceKinds[s.Kind]
}

// partColumn is how wide the column of the quoted parts is at most.
const partColumn = 22

// part draws a part of the reply and the note about it, in two columns. For a screen reader that is a
// sentence.
func (r *Renderer) part(quoted, meaning string, s style) {
	if r.look.Plain {
		r.line(quoted + say("plain.colon", nil).In(r.lang) + plainMarkup(meaning))
		return
	}
	quoted = strings.ReplaceAll(quoted, "\t", " ")
	width := r.width() - barWidth - 3
	quoted = clip(quoted, max(width*2/3, 8))
	indent := partColumn + 1
	narrow := width-indent < 24 // no room for two columns: the meaning goes below
	if narrow {
		indent = 2
	}
	lines := r.wrap(r.markup(meaning, styleNone), width-indent)
	if narrow || columns(quoted) > partColumn {
		r.barRaw("  " + r.paint.paint(s, quoted))
	} else {
		r.barRaw("  " + r.paint.paint(s, pad(quoted, partColumn)) + " " + lines[0])
		lines = lines[1:]
	}
	for _, l := range lines {
		r.barRaw("  " + strings.Repeat(" ", indent) + l)
	}
}

// sections draws what was taken apart row by row: briefly, only what has not been seen yet, because
// the second letter may be the first with a delivery report in it.
func (r *Renderer) sections(list []explain.Section, full bool) {
	for _, s := range list {
		key := sectionKey(s)
		if !full && (r.level != lab.LevelAuto || r.noted[key]) {
			continue
		}
		r.noted[key] = true
		r.bar(styleNone, s.Title.In(r.lang))
		for _, row := range s.Rows {
			indent := strings.Repeat("  ", min(row.Depth, maxIndent))
			if r.look.Plain {
				indent = ""
			}
			r.part(indent+row.Label, row.Text.In(r.lang), styleCommand)
		}
	}
}

// sectionKey tells sections apart that say something new. The messages of a login share one kind.
func sectionKey(s explain.Section) string {
	key := "section " + s.Kind
	if s.Kind != "sasl" {
		return key
	}
	for _, row := range s.Rows {
		key += row.Text.EN
	}
	return key
}

// maxIndent is how many levels of a tree are drawn as such.
const maxIndent = 4

// next says what can come now; briefly, only the first choice.
func (r *Renderer) next(a explain.Annotation, full bool) {
	if len(a.Next) == 0 {
		return
	}
	if !full {
		var forms []string
		for _, n := range a.Next[:min(3, len(a.Next))] {
			forms = append(forms, "`"+n.Line+"`")
		}
		r.bar(styleNote, say("next", nil).In(r.lang)+strings.Join(forms, "  "))
		return
	}
	lead := say("next", nil).In(r.lang)
	if !r.look.Plain {
		r.bar(styleNote, strings.TrimSpace(lead))
		lead = ""
	}
	for _, n := range a.Next[:min(3, len(a.Next))] {
		r.part(lead+n.Line, n.Why.In(r.lang), styleCommand)
	}
}

// barWidth is what the bar before an explanation takes.
const barWidth = 5

// bar draws a paragraph behind the bar.
func (r *Renderer) bar(s style, text string) {
	if text == "" {
		return
	}
	for _, l := range r.wrap(r.markup(text, s), r.width()-barWidth-1) {
		r.barRaw(l)
	}
}

func (r *Renderer) barRaw(line string) {
	if r.look.Plain {
		r.line(line)
		return
	}
	r.line("   " + r.paint.paint(styleNote, r.sign("│", "|")) + " " + line)
}

// client draws what is wrong or risky about a client line, under it.
func (r *Renderer) client(e protocol.Event) {
	if r.level == lab.LevelOff {
		return
	}
	line := string(e.Raw)
	for _, n := range explain.Client(e.Context, understood(e)) {
		if n.Risky && r.noted[n.Kind] {
			continue
		}
		r.noted[n.Kind] = true
		r.caret(line, n.At, n.Len)
		r.bar(styleTransient, r.whereIs(line, n)+r.warning(n).In(r.lang))
		if n.Meant != "" {
			r.bar(styleNone, say("meant", phrases.Args{"line": phrases.Clean(n.Meant)}).In(r.lang))
		}
	}
}

// decoded draws what a line of a login holds.
func (r *Renderer) decoded(e protocol.Event, reveal bool) {
	if d, ok := explain.Said(e.Context, understood(e), reveal); ok {
		r.sections([]explain.Section{d.Section}, r.level == lab.LevelFull)
	}
}

// understood gives back the utterance that the event was made from.
func understood(e protocol.Event) protocol.Utterance {
	return protocol.Understand(e.Context, string(e.Raw))
}

// caret points at the place in the line just typed: right under it where it
// stands on one row with its prompt, else under a copy.
func (r *Renderer) caret(line string, at, length int) {
	if length <= 0 || at < 0 || at > len(line) || r.look.Plain {
		return
	}
	end := min(at+length, len(line))
	before := columns(phrases.Clean(line[:at]))
	marks := strings.Repeat("^", max(1, columns(phrases.Clean(line[at:end]))))
	indent := columns(plainText(r.prompt.get()))
	if indent+columns(phrases.Clean(line)) >= r.width() {
		if before+len(marks)+barWidth >= r.width() {
			r.barRaw(r.paint.paint(styleCaret, clip(phrases.Clean(line[at:]), r.width()-barWidth-1)))
			return
		}
		r.barRaw(clip(phrases.Clean(line), r.width()-barWidth-1))
		r.barRaw(strings.Repeat(" ", before) + r.paint.paint(styleCaret, marks))
		return
	}
	r.line(strings.Repeat(" ", indent+before) + r.paint.paint(styleCaret, marks))
}

// whereIs says in words what the caret shows.
func (r *Renderer) whereIs(line string, n explain.Notice) string {
	if !r.look.Plain || n.Len <= 0 || n.At < 0 || n.At >= len(line) {
		return ""
	}
	return say("plain.at", phrases.Args{
		"n": itoa(len([]rune(line[:n.At])) + 1), "what": phrases.Clean(line[n.At:min(n.At+n.Len, len(line))]),
	}).In(r.lang)
}
