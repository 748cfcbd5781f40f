package explain

import (
	"strings"

	"maillab/explain/mail"
	"maillab/phrases"
	"maillab/protocol"
)

// report explains a delivery report (RFC 3464) or a read receipt (RFC 8098):
// each field, the status by the registry, the server's reply by the explainer itself.
func (v *view) report(m *mail.Message) {
	var all []map[string]string
	recipient := 0
	for _, group := range m.Report {
		if len(group) == 0 {
			continue
		}
		values := map[string]string{}
		var rows []Row
		for _, f := range group {
			values[strings.ReplaceAll(strings.ToLower(f.Name), "-", "_")] = untyped(f.Value)
			rows = append(rows, Row{Label: shown(f.Name), Text: reportWords(f, values)})
		}
		all = append(all, values)
		title := say("section.report", nil)
		switch _, about := values["final_recipient"]; {
		case values["disposition"] != "":
			title = say("section.receipt", nil)
		case about:
			recipient++
			title = say("section.report-recipient", phrases.Args{"n": number(recipient), "address": shown(values["final_recipient"])})
		}
		v.section("report", title, rows)
	}
	if len(all) > 0 {
		v.field("report", all)
	}
}

// untyped takes the type off "rfc822; user@example.com" and "dns; mx.example.com".
func untyped(value string) string {
	kind, rest, ok := strings.Cut(value, ";")
	if ok && kind != "" && len(kind) < 20 && !strings.ContainsAny(kind, " <@.") {
		return strings.TrimSpace(rest)
	}
	return value
}

// reportWords explains one field; what its reply tells goes into values.
func reportWords(f mail.Field, values map[string]string) phrases.Text {
	name, value := strings.ToLower(f.Name), headerText(untyped(f.Value))
	meaning := mailWords("report." + name)
	switch {
	case meaning.Empty() && value == "": // a field that says nothing
		return verbatim("-")
	case meaning.Empty():
		return verbatim(value)
	}
	text := insert(say("report.field", phrases.Args{"value": shown(value)}), "what", meaning)
	word := strings.ToLower(strings.TrimSpace(value))
	switch name {
	case "action":
		return clauses(text, mailWords("action."+word))
	case "status":
		code := firstWord(word)
		if _, ok := parseEnhanced(code); ok {
			return clauses(text, enhancedWords(code))
		}
	case "diagnostic-code":
		if strings.HasPrefix(strings.ToLower(f.Value), "smtp") {
			return clauses(text, diagnosis(value, values))
		}
	case "disposition":
		return clauses(append([]phrases.Text{text}, dispositionWords(word)...)...)
	}
	return text
}

// diagnosis lets the explainer say what the reply in a report means.
func diagnosis(reply string, values map[string]string) phrases.Text {
	ctx, r := ContextAfter(protocol.SMTP, "RCPT TO:<"+values["final_recipient"]+">", reply)
	a := Reply(ctx, r)
	values["diagnostic_code_class"] = a.Class
	return a.Summary
}

// dispositionWords takes "automatic-action/MDN-sent-automatically; displayed" apart (RFC 8098 §3.2.6).
func dispositionWords(value string) []phrases.Text {
	var out []phrases.Text
	for _, word := range strings.FieldsFunc(value, func(r rune) bool { return strings.ContainsRune("/;, \t", r) }) {
		if t := mailWords("disposition-word." + word); !t.Empty() && len(out) < maxTables+1 {
			out = append(out, t)
		}
	}
	return out
}
