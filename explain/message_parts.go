package explain

import (
	"strings"

	"maillab/explain/mail"
	"maillab/phrases"
)

// mailParts tells the parts of a whole mail. The top of one has not all of them.
func (v *view) mailParts(m *mail.Message) {
	if v.place != "RETR" || len(m.Fields) == 0 {
		return
	}
	for i := range m.Parts {
		m.Parts[i].Preview = m.Parts[i].Begins()
	}
	v.field("parts", m.Parts)
	if len(m.Parts) == 1 && m.Parts[0].Name == "" {
		return
	}
	rows := make([]Row, 0, len(m.Parts))
	for _, p := range m.Parts {
		rows = append(rows, Row{Label: strings.TrimSpace(p.Number + " " + shown(p.Type)), Text: partWords(p), Depth: p.Depth})
	}
	title := say("section.parts", nil)
	if m.More {
		title = say("section.parts-more", phrases.Args{"n": number(len(m.Parts))})
	}
	v.section("parts", title, rows)
}

// typeWords says what a media type is, or at least what kind.
func typeWords(kind string) phrases.Text {
	if t := mailWords("type." + kind); !t.Empty() {
		return t
	}
	family, _, _ := strings.Cut(kind, "/")
	if t := mailWords("type." + family); !t.Empty() {
		return t
	}
	return say("part.type-unknown", nil)
}

func partWords(p mail.Part) phrases.Text {
	list := []phrases.Text{typeWords(p.Type)}
	if p.Charset != "" {
		list = append(list, say("part.charset", phrases.Args{"name": shown(p.Charset)}))
	}
	if p.Encoding != "" && !p.Multipart() {
		list = append(list, verbatim(p.Encoding))
	}
	if p.Lines > 0 && !p.Multipart() {
		key := "part.octets"
		if p.Octets == 1 {
			key = "part.octet"
		}
		list = append(list, say(key, phrases.Args{"n": number(p.Octets)}))
	}
	if p.Disposition == "attachment" {
		list = append(list, say("part.attachment", nil))
	}
	if p.Name != "" {
		list = append(list, say("part.name", phrases.Args{"name": shown(p.Name)}))
	}
	if p.Subject != "" {
		list = append(list, say("part.subject", phrases.Args{"text": shown(p.Subject)}))
	}
	if p.Preview != "" && p.Encoding != "7bit" && p.Encoding != "" {
		list = append(list, say("span.body-begins", phrases.Args{"text": shown(p.Preview)}))
	}
	return clauses(list...)
}
