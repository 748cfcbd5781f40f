package explain

import (
	"strings"

	"maillab/explain/mail"
	"maillab/phrases"
)

// maxTables bounds how many tables of one kind a mail brings to the screen.
const maxTables = 2

// authentication tells what servers found out about the sender: the fields
// Authentication-Results, Received-SPF and those of ARC.
func (v *view) authentication(m *mail.Message) {
	var all []mail.Result
	for i, value := range m.All("Authentication-Results") {
		results := mail.Results(value)
		all = append(all, results...)
		if i >= maxTables || len(results) == 0 {
			continue
		}
		rows := make([]Row, 0, len(results))
		for _, r := range results {
			rows = append(rows, Row{Label: shown(r.Method + "=" + r.Result), Text: resultWords(r)})
		}
		v.section("authentication", say("section.authentication", phrases.Args{"server": shown(results[0].Server)}), rows)
	}
	for i, value := range m.All("Received-SPF") {
		r := mail.SPF(value)
		all = append(all, r)
		if i < maxTables {
			v.section("spf", say("section.spf", nil), spfRows(r))
		}
	}
	v.arc(m, &all)
	if len(all) > 0 {
		v.field("authentication", all[:min(len(all), maxListed)])
	}
}

// resultWords: what was asked, what came out, and about which values.
func resultWords(r mail.Result) phrases.Text {
	method, result := mailWords("method."+r.Method), mailWords("result."+r.Method+"."+r.Result)
	if result.Empty() {
		result = mailWords("result." + r.Result)
	}
	list := []phrases.Text{insertBoth(method, result)}
	if r.Reason != "" {
		list = append(list, say("result.reason", phrases.Args{"text": shown(r.Reason)}))
	}
	for _, p := range r.Properties {
		list = append(list, valued(p.Name+"="+p.Value, mailWords("property."+p.Name)))
	}
	return clauses(list...)
}

// insertBoth sets a question and its answer together, as far as the two are known.
func insertBoth(method, result phrases.Text) phrases.Text {
	switch {
	case method.Empty() && result.Empty():
		return say("result.unknown", nil)
	case method.Empty():
		return result
	case result.Empty():
		return method
	}
	return phrases.Text{EN: method.EN + " " + result.EN, ZH: method.ZH + result.ZH}
}

func spfRows(r mail.Result) []Row {
	rows := []Row{{Label: shown(r.Result), Text: insertBoth(mailWords("method.spf"), mailWords("result."+r.Result))}}
	for _, p := range r.Properties {
		text := mailWords("property." + p.Name)
		if text.Empty() {
			text = say("result.unknown", nil)
		}
		rows = append(rows, Row{Label: shown(p.Name + "=" + p.Value), Text: text})
	}
	return rows
}

// arc puts together the three fields of each ARC set (RFC 8617 §4).
func (v *view) arc(m *mail.Message, all *[]mail.Result) {
	found := map[string]string{}
	for _, value := range m.All("ARC-Authentication-Results") {
		for _, r := range mail.Results(value) {
			*all = append(*all, r)
			if len(found[r.Instance]) < maxShown {
				found[r.Instance] += " " + r.Method + "=" + r.Result
			}
		}
	}
	var rows []Row
	seals := m.All("ARC-Seal")
	for i := len(seals) - 1; i >= 0; i-- { // the first seal is the lowest
		tags := mail.Tags(seals[i])
		instance := mail.Tag(tags, "i")
		list := []phrases.Text{say("arc.sealed", phrases.Args{"domain": shown(mail.Tag(tags, "d"))})}
		if results := strings.TrimSpace(found[instance]); results != "" {
			list = append(list, say("arc.found", phrases.Args{"results": shown(results)}))
		}
		if cv := mail.Tag(tags, "cv"); cv != "" {
			list = append(list, valued("cv="+cv, mailWords("arc.cv."+cv)))
		}
		rows = append(rows, Row{Label: shown("i=" + instance), Text: clauses(list...)})
	}
	v.section("arc", say("section.arc", nil), rows)
}

// signatures takes the DKIM signatures apart, tag by tag (RFC 6376 §3.5).
func (v *view) signatures(m *mail.Message) {
	var all []map[string]string
	for i, value := range m.All("DKIM-Signature") {
		tags := mail.Tags(value)
		if len(tags) == 0 {
			continue
		}
		values := map[string]string{}
		var rows []Row
		for _, t := range tags {
			values[t.Name] = t.Value
			rows = append(rows, Row{Label: shortened(shown(t.Name + "=" + t.Value)), Text: tagWords(t)})
		}
		all = append(all, values)
		if i < maxTables {
			v.section("signature", say("section.signature", phrases.Args{"domain": shown(values["d"])}), rows)
		}
	}
	if len(all) > 0 {
		v.field("signatures", all)
	}
}

func tagWords(t mail.Property) phrases.Text {
	text := mailWords("dkim." + t.Name)
	if text.Empty() {
		return say("result.unknown", nil)
	}
	if value := mailWords("dkim." + t.Name + "." + t.Value); !value.Empty() {
		return clauses(text, value)
	}
	return text
}

// maxLabel is how long a label may be: beside a longer one there is no room for words.
const maxLabel = 22

// shortened cuts a value in a label that nobody reads to its end.
func shortened(s string) string {
	n := 0
	for i := range s {
		if n == maxLabel-1 && len(s) > i+3 {
			return s[:i] + "…"
		}
		n++
	}
	return s
}
