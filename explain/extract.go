package explain

import (
	"net/netip"
	"strings"

	"maillab/phrases"
	"maillab/protocol"
)

// commonParts finds what any reply may hold: addresses, links, client, host,
// provider codes.
func (v *view) commonParts() {
	if v.carriesContent() {
		return
	}
	v.rejectedPart()
	v.addresses()
	v.userName()
	v.url()
	v.subcode()
	v.clientIP()
	v.trailer()
	v.unknownWord()
	v.waiting()
	if strings.Contains(v.lower, "reason unavailable") {
		v.field("reason_given", false)
	}
	if v.gbk && len(v.reply.Lines) > 0 {
		v.field("encoding", "gbk")
		v.field("damaged_form", strings.ToValidUTF8(Raw(v.reply), ""))
	}
}

// rejectedParts are Postfix's words for what it rejects: "<x>: Helo command rejected".
var rejectedParts = []struct{ words, field string }{
	{">: helo command rejected", "helo"}, {">: client host rejected", "client"}, {">: unverified client host rejected", "client"},
}

func (v *view) rejectedPart() {
	if !strings.HasPrefix(v.text, "<") {
		return
	}
	for _, p := range rejectedParts {
		if end := strings.Index(v.lower, p.words); end > 0 && end < len(v.text) && !v.gbk {
			v.field(p.field, v.text[1:end])
			v.spanAt(0, end+1, p.field, phrases.Args{"value": shown(v.text[1:end])})
			return
		}
	}
}

// addresses: what stands in angle brackets, mostly an address of the envelope.
func (v *view) addresses() {
	if v.a.Class == "queued" || v.a.Class == "greeting" || v.str("helo") != "" || v.str("client") != "" {
		return
	}
	open := strings.IndexByte(v.text, '<')
	if open < 0 {
		return
	}
	end := strings.IndexByte(v.text[open:], '>')
	if end < 2 {
		return
	}
	inner := v.text[open+1 : open+end]
	kind := v.addressKind(inner, v.text[open+end+1:])
	if kind == "" {
		return
	}
	value, _ := decodeText(inner)
	v.fieldOnce(kind, value)
	v.spanAt(open, end+1, kind, phrases.Args{"value": shown(value)})
}

func (v *view) addressKind(inner, after string) string {
	switch {
	case strings.Contains(inner, "@"):
		return "address"
	case v.place == "ETRN":
		return "domain"
	case strings.Contains(strings.ToLower(after), "address rejected"), strings.HasPrefix(after, "... ") && (v.place == "MAIL" || v.place == "RCPT"):
		return "address"
	case v.a.Class == "mailbox-unknown":
		return "user"
	case v.verb != "" && strings.EqualFold(inner, v.verb):
		return ""
	}
	return ""
}

// userName: Sendmail's "nobody... User unknown".
func (v *view) userName() {
	if v.a.Class != "mailbox-unknown" {
		return
	}
	if name, _, ok := strings.Cut(v.text, "... "); ok && name != "" && !strings.ContainsAny(name, "<> ") {
		v.fieldOnce("user", name)
		v.spanOf(name, "user", phrases.Args{"value": shown(name)})
	}
}

// url finds the first link.
func (v *view) url() {
	start := 0
	for _, l := range v.reply.Lines {
		text := start + len(l.Code) + len(l.Separator)
		start = text + len(l.Text) + len("\r\n")
		at := strings.Index(l.Text, "http")
		if at < 0 || !strings.HasPrefix(l.Text[at:], "http://") && !strings.HasPrefix(l.Text[at:], "https://") {
			continue
		}
		link := l.Text[at:]
		if end := strings.IndexFunc(link, func(r rune) bool { return r <= ' ' || r >= 0x7f || strings.ContainsRune(`<>"`, r) }); end >= 0 {
			link = link[:end]
		}
		link = strings.TrimRight(link, ".,;)]")
		v.field("url", link)
		v.span(text+at, text+at+len(link), "url", say("span.url", nil))
		return
	}
}

// subcode: NetEase's "DT:SPM", Yahoo's "[TS03]", and such.
func (v *view) subcode() {
	if v.protocol == protocol.POP3 || v.a.Severity == Success {
		return
	}
	word, _, _ := strings.Cut(strings.TrimSpace(v.text), " ")
	word = strings.TrimRight(word, ",;:")
	bare := strings.Trim(word, "[]")
	if !isSubcode(bare) && !isReason(bare) && !(bare != word && isTag(bare)) {
		if bare = reasonNumber(v.text); bare == "" {
			return
		}
		word = bare
	}
	v.field("subcode", bare)
	v.spanOf(word, "subcode", phrases.Args{"code": bare})
	if r := shelfTerms.get("subcode." + bare); r != nil {
		v.a.Summary = r.text()
	}
}

// reasonNumber finds the number that Microsoft puts behind its sentence: (S3140), (AS3150),
// AS(7230).
func reasonNumber(text string) string {
	for _, form := range []struct{ before, after string }{{"(S", ")"}, {"(AS", ")"}, {"AS(", ")"}} {
		_, rest, found := strings.Cut(text, form.before)
		n := digitsAt(rest, 0)
		if found && n >= 3 && strings.HasPrefix(rest[n:], form.after) {
			code := form.before + rest[:n] + form.after
			if code[0] == '(' {
				code = code[1 : len(code)-1]
			}
			return code
		}
	}
	return ""
}

// isReason: Outlook.com's "SC-001", "OU-002" before its sentence.
func isReason(s string) bool {
	return len(s) == 6 && s[2] == '-' && capitals(s[:2]) && isNumber(s[3:], 3)
}

// isSubcode: two capitals, a colon, two to four capitals.
func isSubcode(s string) bool {
	a, b, ok := strings.Cut(s, ":")
	return ok && len(a) == 2 && len(b) >= 2 && len(b) <= 5 && capitals(a) && capitals(b)
}

func isTag(s string) bool {
	return len(s) >= 3 && len(s) <= 8 && capitals(s[:2]) && strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-") == ""
}

func capitals(s string) bool { return strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == "" }

// clientIP: the client's address, as the server saw it.
func (v *view) clientIP() {
	for rest := v.text; rest != ""; {
		var word string
		word, rest = cutAddress(rest)
		ip := strings.Trim(word, ".:")
		if len(ip) < 7 || !isIP(ip) {
			continue
		}
		before := v.text[:len(v.text)-len(rest)-len(word)]
		if strings.Contains(before, "RFC") || strings.HasSuffix(before, "MTA(smtp:[") {
			continue // a section of a standard; the server behind a filter
		}
		name := "client_ip"
		if v.a.Class == "ip-blocked" || v.a.Class == "rate-limit" {
			name = "ip"
		}
		v.fieldOnce(name, ip)
		v.spanOf(ip, "client-ip", phrases.Args{"ip": ip})
		return
	}
}

// cutAddress takes the next word of octets that an address may be made of.
func cutAddress(s string) (word, rest string) {
	start := 0
	for start < len(s) && !isAddressByte(s[start]) {
		start++
	}
	end := start
	for end < len(s) && isAddressByte(s[end]) {
		end++
	}
	return s[start:end], s[end:]
}

func isAddressByte(c byte) bool { return isWordByte(c) || c == '.' || c == ':' }

func isIP(s string) bool {
	s = strings.TrimPrefix(strings.TrimPrefix(s, "IPv6:"), "ipv6:")
	if !strings.ContainsAny(s, ".:") || len(s) > 45 || strings.Contains(s, "%") {
		return false
	}
	_, err := netip.ParseAddr(s)
	return err == nil
}

// trailer: Exchange ends with [host time id], meant for its administrators.
func (v *view) trailer() {
	open := strings.LastIndexByte(v.text, '[')
	if open < 0 || !strings.HasSuffix(v.text, "]") {
		return
	}
	host, _, _ := strings.Cut(v.text[open+1:len(v.text)-1], " ")
	if isHost(host) && !isIP(host) {
		v.fieldOnce("server_name", host)
		v.spanAt(open, len(v.text)-open, "trailer", phrases.Args{"host": host})
	}
}

// unknownWord: the word that the server says it does not know.
func (v *view) unknownWord() {
	if v.a.Class != "unknown-command" {
		return
	}
	at := strings.LastIndex(v.text, ": ")
	if at < 0 {
		return
	}
	word := strings.Trim(v.text[at+2:], `"'. `)
	if word == "" || strings.ContainsAny(word, " ") || !strings.EqualFold(word, v.verb) {
		return
	}
	v.field("word", word)
	v.spanOf(word, "word", nil)
}
