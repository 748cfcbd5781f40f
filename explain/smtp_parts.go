package explain

import (
	"strconv"
	"strings"

	"maillab/phrases"
)

func number(n int) string { return strconv.Itoa(n) }

// smtpParts takes the parts of an SMTP reply apart by what was answered.
func (v *view) smtpParts() {
	switch class := v.a.Class; {
	case class == "greeting":
		v.smtpGreeting()
	case (v.place == "EHLO" || v.place == "HELO") && v.code == "250":
		v.ehlo()
	case class == "auth-continue":
		v.challenge(v.reply.Text())
	case class == "queued":
		v.queued()
	case class == "help":
		v.helpCommands()
	case class == "too-large":
		v.sizes()
	case class == "ok" && v.place == "RCPT" && publicDomain(argDomain(v.args)):
		v.field("relay", true)
	}
}

// smtpGreeting: host name, ESMTP, software (RFC 5321 §3.1, §4.2).
func (v *view) smtpGreeting() {
	words := strings.Fields(v.text)
	if len(words) > 0 && (isHost(words[0]) || saysSMTP(words) && isLabel(words[0])) {
		v.field("host", words[0])
		v.spanOf(words[0], "host", phrases.Args{"host": shown(words[0])})
	}
	v.field("esmtp", strings.Contains(v.lower, "esmtp"))
	if at := strings.Index(lowerASCII(v.text), "esmtp"); at >= 0 {
		v.spanAt(at, len("esmtp"), "esmtp", nil)
	}
	v.software()
	if len(v.reply.Lines) > 1 {
		v.field("multi_line", true)
		v.detail(say("detail.multi-line-greeting", nil))
	}
}

// saysSMTP: the protocol's name follows a host name, at once or after one word.
func saysSMTP(words []string) bool {
	for _, w := range words[1:min(len(words), 3)] {
		if strings.HasSuffix(strings.ToUpper(w), "SMTP") {
			return true
		}
	}
	return false
}

// isHost wants a name with a dot inside that is no number: what a server calls itself.
func isHost(s string) bool {
	dot := strings.IndexByte(s, '.')
	if dot <= 0 || dot == len(s)-1 || len(s) > 255 {
		return false
	}
	letters := false
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z':
			letters = true
		case c >= '0' && c <= '9', c == '.', c == '-', c == '_':
		default:
			return false
		}
	}
	last := s[strings.LastIndexByte(s, '.')+1:]
	return letters && len(last) > 1 && !isNumber(last, 99) && !strings.Contains(s, "..")
}

func isLabel(s string) bool { return s != "" && len(s) < 64 && isHost(s+".xx") }

// software finds a known program's name in a greeting and the version behind it.
func (v *view) software() {
	var w int
	for i := 0; i < len(v.lower); i += max(w, 1) {
		if w = wordEnd(v.lower[i:]); w == 0 {
			continue
		}
		r := shelfTerms.get("software." + v.lower[i:i+w])
		if r == nil || v.gbk || i+w > len(v.text) {
			continue
		}
		name := r.Title.EN
		if i+len(name) > len(v.text) || !strings.EqualFold(v.text[i:i+len(name)], name) {
			name = v.text[i : i+w]
		}
		v.field("software", name)
		v.spanAt(i, len(name), "software", phrases.Args{"name": name})
		v.version(i + len(name))
		v.detail(r.text())
		return
	}
}

// versionWords may stand between a program's name and its version, in this order.
var versionWords = []string{"ersion ", "pro ", "connect ", "pop3 ", "smtp ", "server "}

// version reads the number that follows a program's name: 8.17.1, V3.5.
func (v *view) version(at int) {
	if at >= len(v.text) {
		return
	}
	rest := v.text[at:]
	skip := len(rest) - len(strings.TrimLeft(rest, " /(vV"))
	for _, word := range versionWords { // "Qpopper (version 4.0.5)", "CommuniGate Pro POP3 Server 6.2.0"
		if strings.HasPrefix(lowerASCII(rest[skip:]), word) {
			skip += len(word)
		}
	}
	n := skip
	for n < len(rest) && (rest[n] >= '0' && rest[n] <= '9' || rest[n] == '.') {
		n++
	}
	version := strings.TrimRight(rest[skip:n], ".")
	if version == "" || skip == 0 {
		return
	}
	v.field("version", version)
	v.spanAt(at+skip, len(version), "version", phrases.Args{"version": version})
}

// helpCommands collects the commands that a HELP reply lists: words all in capitals.
func (v *view) helpCommands() {
	var commands []string
	for _, l := range v.reply.Lines {
		text := l.Text
		if at := strings.LastIndex(text, ":"); at >= 0 && !strings.Contains(text, "//") {
			text = text[at+1:]
		}
		words := strings.Fields(strings.ReplaceAll(text, ",", " "))
		if len(words) > 0 && isEnhanced(words[0]) {
			words = words[1:]
		}
		if len(words) == 0 || !allCommands(words) {
			continue
		}
		commands = append(commands, words...)
	}
	if len(commands) > 0 {
		v.field("commands", commands)
	}
}

func isEnhanced(s string) bool { _, ok := parseEnhanced(s); return ok }

func allCommands(words []string) bool {
	for _, w := range words {
		if len(w) < 3 || len(w) > 10 || strings.Trim(w, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
			return false
		}
	}
	return true
}

// sizes finds the limit and the size that a "too large" refusal names.
func (v *view) sizes() {
	var found []int
	rest := v.lower
	for {
		at := strings.IndexAny(rest, "0123456789")
		if at < 0 {
			break
		}
		end := at
		for end < len(rest) && rest[end] >= '0' && rest[end] <= '9' {
			end++
		}
		n, err := strconv.Atoi(rest[at:end])
		if err == nil && n >= 100 && !strings.HasPrefix(rest[end:], ".") {
			found = append(found, n)
		}
		rest = rest[end:]
	}
	switch len(found) {
	case 1:
		v.field("size_limit", found[0])
	case 2:
		v.field("octets", max(found[0], found[1]))
		v.field("size_limit", min(found[0], found[1]))
	}
	for _, n := range found {
		v.spanOf(number(n), "number", nil)
	}
}
