package explain

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"maillab/phrases"
)

// ehlo explains the reply to EHLO: the first line's host and greeting, then one
// extension a line (RFC 5321 §4.1.1.1).
func (v *view) ehlo() {
	if v.ehloTail() {
		return
	}
	v.ehloFirst()
	if len(v.reply.Lines) < 2 {
		if v.place == "EHLO" {
			v.field("keywords", []string{})
			v.field("starttls", false)
		}
		return
	}
	var keywords, mechanisms []string
	at := v.lineStart(1)
	for _, l := range v.reply.Lines[1:] {
		start := at + len(l.Code) + len(l.Separator)
		keyword, params, _ := strings.Cut(l.Text, " ")
		if keyword != "" && len(keywords) < maxListed {
			keywords = append(keywords, v.extension(start, keyword, params, &mechanisms))
		}
		at = start + len(l.Text) + len("\r\n")
	}
	v.field("keywords", keywords)
	if len(mechanisms) > 0 {
		v.field("mechanisms", mechanisms)
	}
	if _, ok := v.a.Fields["starttls"]; !ok {
		v.field("starttls", false)
	}
	v.ehloSummary(keywords, mechanisms)
}

// ehloTail: a single line that names an extension. openssl s_client -starttls says EHLO itself and
// shows of the reply the last line only.
func (v *view) ehloTail() bool {
	keyword, params, _ := strings.Cut(v.text, " ")
	if len(v.reply.Lines) != 1 || v.place != "EHLO" || v.enhanced != "" || keyword != strings.ToUpper(keyword) || shelfKeywords.get(keyword) == nil {
		return false
	}
	var mechanisms []string
	v.field("starttls", false)
	v.field("keywords", []string{v.extension(v.textAt, keyword, params, &mechanisms)})
	if len(mechanisms) > 0 {
		v.field("mechanisms", mechanisms)
	}
	v.a.Summary = say("summary.ehlo-tail", phrases.Args{"keyword": shown(keyword)})
	return true
}

func (v *view) lineStart(n int) int {
	at := 0
	for _, l := range v.reply.Lines[:n] {
		at += len(l.Code) + len(l.Separator) + len(l.Text) + len("\r\n")
	}
	return at
}

// notHosts: some servers greet, or agree, and do not say their name.
var notHosts = []string{"ok", "hello", "hi", "welcome"}

// ehloFirst: host name, then free text in which many servers repeat what they
// know of the client.
func (v *view) ehloFirst() {
	host, words, _ := strings.Cut(v.text, " ")
	more := len(v.reply.Lines) > 1
	named := (more || words == "" || strings.HasPrefix(words, "Hello")) && !slices.Contains(notHosts, lowerASCII(host))
	if host != "" && v.enhanced == "" && (isHost(host) || named && (more || isLabel(host))) {
		v.field("host", host)
		v.spanAt(0, len(host), "host", phrases.Args{"host": shown(host)})
	}
	open := strings.IndexByte(v.text, '[')
	if open >= 0 {
		if end := strings.IndexByte(v.text[open:], ']'); end > 1 {
			ip := v.text[open+1 : open+end]
			if isIP(ip) {
				v.field("client_ip", ip)
				v.spanAt(open, end+1, "client-ip", phrases.Args{"ip": ip})
			}
		}
	}
	if name := v.ctx.Args; name != "" && len(v.text) > len(host) {
		if at := strings.Index(v.text[len(host):], " "+name); at >= 0 {
			v.spanAt(len(host)+at+1, len(name), "client-name", phrases.Args{"name": shown(name)})
		}
	}
}

// extension explains one line of the list and returns its keyword as the field holds it.
func (v *view) extension(start int, keyword, params string, mechanisms *[]string) string {
	upper := strings.ToUpper(keyword)
	end := start + len(keyword)
	if rest, ok := strings.CutPrefix(upper, "AUTH="); ok {
		v.span(start, end, "extension", shelfKeywords.get("AUTH=").text())
		v.mechanisms(start+len("AUTH="), rest, mechanisms)
		v.mechanisms(end+1, params, mechanisms)
		return "AUTH="
	}
	name, _, _ := strings.Cut(upper, "=")
	switch r := shelfKeywords.get(name); {
	case r != nil:
		v.span(start, end, "extension", r.text())
	case strings.HasPrefix(upper, "X"):
		v.span(start, end, "extension", say("span.extension-private", phrases.Args{"name": shown(keyword)}))
	default:
		v.span(start, end, "extension-unknown", say("span.extension-unknown", phrases.Args{"name": shown(keyword)}))
	}
	if upper == "STARTTLS" {
		v.field("starttls", true)
	}
	v.parameter(end+1, upper, params, mechanisms)
	return upper
}

func (v *view) parameter(start int, keyword, params string, mechanisms *[]string) {
	switch {
	case keyword == "SIZE":
		v.sizeLimit(start, params)
	case keyword == "AUTH":
		v.mechanisms(start, params, mechanisms)
	case keyword == "LIMITS":
		v.limits(start, params)
	case params == "":
	default:
		v.span(start, start+len(params), "parameter", say("span.parameter", phrases.Args{"keyword": shown(keyword)}))
	}
}

// sizeLimit: SIZE alone says nothing, 0 means no fixed limit (RFC 1870 §4).
func (v *view) sizeLimit(start int, params string) {
	n, err := strconv.Atoi(params)
	end := start + len(params)
	switch {
	case params == "":
		v.field("size_limit", nil)
	case err != nil || n < 0:
		v.span(start, end, "parameter", say("span.parameter", phrases.Args{"keyword": "SIZE"}))
	case n == 0:
		v.field("size_limit", 0)
		v.span(start, end, "size-limit", say("span.size-none", nil))
	default:
		v.field("size_limit", n)
		v.span(start, end, "size-limit", say("span.size-limit", phrases.Args{"octets": params, "size": humanSize(n)}))
	}
}

// humanSize writes octets in the unit that fits.
func humanSize(n int) string {
	switch {
	case n >= 1<<20:
		return trimZero(fmt.Sprintf("%.1f", float64(n)/(1<<20))) + " MiB"
	case n >= 1<<10:
		return trimZero(fmt.Sprintf("%.1f", float64(n)/(1<<10))) + " KiB"
	}
	return number(n) + " B"
}

func trimZero(s string) string { return strings.TrimSuffix(s, ".0") }

// mechanisms explains each mechanism of a list.
func (v *view) mechanisms(start int, list string, all *[]string) {
	at := start
	for _, word := range strings.SplitN(list, " ", maxListed) {
		if word != "" && len(word) <= maxName && len(*all) < maxListed {
			name := strings.ToUpper(word)
			v.span(at, at+len(word), "mechanism", mechanismWords(name))
			if !contains(*all, name) {
				*all = append(*all, name)
			}
		}
		at += len(word) + 1
	}
}

// maxName is longer than any mechanism's name (RFC 4422 §3.1 allows 20).
const maxName = 64

func mechanismWords(name string) phrases.Text {
	if r := shelfMechanisms.get(name); r != nil {
		return r.text()
	}
	return say("span.mechanism-unknown", phrases.Args{"name": shown(name)})
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}

// limits: RCPTMAX=100 MAILMAX=10 (RFC 9422 §4).
func (v *view) limits(start int, params string) {
	at := start
	for _, word := range strings.SplitN(params, " ", maxListed) {
		name, value, _ := strings.Cut(strings.ToUpper(word), "=")
		kind := "parameter"
		text := say("span.parameter", phrases.Args{"keyword": "LIMITS"})
		if r := shelfTexts.get("limits." + name); r != nil && isNumber(value, 9) {
			kind, text = "limit", r.text().Fill(phrases.Args{"n": value})
			n, _ := strconv.Atoi(value)
			v.field(strings.ToLower(name), n)
		}
		v.span(at, at+len(word), kind, text)
		at += len(word) + 1
	}
}

func (v *view) ehloSummary(keywords, mechanisms []string) {
	if v.place != "EHLO" {
		v.a.Summary = say("summary.helo-list", nil)
		return
	}
	args := phrases.Args{"host": shown(v.str("host")), "n": number(len(keywords))}
	v.a.Summary = say("summary.ehlo", args)
	switch {
	case len(mechanisms) > 0:
		v.a.Summary = join(v.a.Summary, insert(say("summary.ehlo-auth", nil), "mechanisms", enumerated(mechanisms)))
	case contains(keywords, "STARTTLS"):
		v.a.Summary = join(v.a.Summary, say("summary.ehlo-starttls-first", nil))
	}
}
