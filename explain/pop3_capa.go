package explain

import (
	"strconv"
	"strings"

	"maillab/phrases"
)

// capabilities explains the reply to CAPA, one tag a line (RFC 2449 §5).
func (v *view) capabilities() {
	tags, mechanisms := []string{}, []string(nil)
	v.field("stls", false)
	at := v.lineStart(min(1, len(v.reply.Lines)))
	for i, l := range v.reply.Lines {
		if i == 0 {
			continue
		}
		tag, params, _ := strings.Cut(l.Text, " ")
		if tag != "" && len(tags) < maxListed {
			tags = append(tags, tag)
			v.capability(at, tag, params, &mechanisms)
		}
		at += len(l.Text) + len("\r\n")
	}
	v.field("capabilities", tags)
	if len(mechanisms) > 0 {
		v.field("mechanisms", mechanisms)
	}
	v.a.Summary = say("summary.capa", phrases.Args{"n": number(len(tags))})
}

func (v *view) capability(at int, tag, params string, mechanisms *[]string) {
	end := at + len(tag)
	upper := strings.ToUpper(tag)
	r := shelfCapa.get(upper)
	switch {
	case r != nil:
		v.span(at, end, "capability", r.text())
	case v.brokenTag(at, upper):
		return
	case strings.HasPrefix(upper, "X-"):
		v.span(at, end, "capability", say("span.extension-private", phrases.Args{"name": shown(tag)}))
	default:
		v.span(at, end, "capability-unknown", say("span.extension-unknown", phrases.Args{"name": shown(tag)}))
	}
	v.capaParameter(end+1, upper, params, mechanisms)
}

// capaParameter explains what stands behind a tag.
func (v *view) capaParameter(at int, tag, params string, mechanisms *[]string) {
	first, _, _ := strings.Cut(params, " ")
	text := say("span.parameter", phrases.Args{"keyword": shown(tag)})
	switch tag {
	case "SASL":
		v.mechanisms(at, params, mechanisms)
		return
	case "STLS":
		v.field("stls", true)
	case "EXPIRE":
		v.field("expire", first)
		text = expireWords(first)
	case "LOGIN-DELAY":
		if n, err := strconv.Atoi(first); err == nil {
			v.field("login_delay_seconds", n)
			text = say("span.login-delay", phrases.Args{"n": first})
		}
	case "IMPLEMENTATION":
		v.field("implementation", params)
		text = say("span.implementation", nil)
	}
	v.span(at, at+len(params), "parameter", text)
}

func expireWords(value string) phrases.Text {
	switch {
	case strings.EqualFold(value, "NEVER"):
		return say("span.expire-never", nil)
	case value == "0":
		return say("span.expire-0", nil)
	}
	return say("span.expire", phrases.Args{"n": shown(value)})
}

// brokenTag knows a tag whose blank before the parameter was lost: EXPIRENEVER.
func (v *view) brokenTag(at int, tag string) bool {
	value, ok := strings.CutPrefix(tag, "EXPIRE")
	if !ok || value != "NEVER" && !isNumber(value, 9) {
		return false
	}
	v.field("broken_capability", tag)
	v.field("expire", value)
	v.span(at, at+len(tag), "capability", say("span.broken-capability", phrases.Args{"tag": tag}))
	return true
}
