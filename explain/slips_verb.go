package explain

import (
	"strings"
	"sync"

	"github.com/agnivade/levenshtein"

	"maillab/explain/mail"
	"maillab/phrases"
	"maillab/protocol"
)

// form is a way to begin a line: a verb, or verb and keyword ("MAIL FROM:").
type form struct {
	letters string // what is compared: MAILFROM
	text    string // what is meant: MAIL FROM:
	verb    string
}

// forms lists the forms of a protocol, from its table.
var forms = map[protocol.Protocol]func() []form{
	protocol.SMTP: sync.OnceValue(func() []form { return formsOf(protocol.SMTP) }),
	protocol.POP3: sync.OnceValue(func() []form { return formsOf(protocol.POP3) }),
}

func formsOf(p protocol.Protocol) []form {
	var out []form
	rows := protocol.TableOf(p).Rows
	for i := range rows {
		r := &rows[i]
		out = append(out, form{r.Verb, r.Verb, r.Verb})
		if lead := strings.TrimRight(r.Lead, "< "); lead != r.Verb && !r.Obsolete {
			out = append(out, form{lettersOnly(lead), lead, r.Verb})
		}
		if r.Args == protocol.ArgsMechanism || r.Args == protocol.ArgsMechanismOptional {
			for _, m := range shelfMechanisms.keys() {
				out = append(out, form{lettersOnly(r.Verb + m), r.Verb + " " + m, r.Verb})
			}
		}
	}
	return out
}

func lettersOnly(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' {
			return r
		}
		return -1
	}, strings.ToUpper(s))
}

// synonyms are words of other programs for what a protocol calls otherwise.
var synonyms = map[string]string{
	"EXIT": "QUIT", "BYE": "QUIT", "LOGOUT": "QUIT", "END": "QUIT", "LOGOFF": "QUIT", "CLOSE": "QUIT",
	"HELLO": "HELO", "FROM": "MAIL FROM:", "TO": "RCPT TO:", "LOGIN": "AUTH LOGIN", "SENDER": "MAIL FROM:",
	"READ": "RETR", "GET": "RETR", "DEL": "DELE", "RM": "DELE", "LS": "LIST", "DIR": "LIST", "RESET": "RSET",
	"USERNAME": "USER", "PWD": "PASS", "PASSWD": "PASS", "PW": "PASS", "RECV": "RETR", "HEAD": "TOP", "UNDELE": "RSET", "UNDELETE": "RSET",
}

// chineseWords are what is typed for a command by who takes the server for a program.
var chineseWords = map[string]string{"退出": "QUIT", "再见": "QUIT", "结束": "QUIT", "断开": "QUIT", "帮助": "HELP", "登录": "AUTH LOGIN"}

// labWords are lab commands; while connected they begin with a colon.
var labWords = map[string]bool{
	"HINT": true, "INBOX": true, "LESSON": true, "LESSONS": true, "EXPLAIN": true, "STATE": true,
	"BASE64": true, "SOLUTION": true, "TELNET": true, "OPEN": true, "NEXT": true, "SKIP": true,
}

// guess is what an unknown first word was probably meant to be.
type guess struct {
	kind string
	form form
	rest string // what was glued to it
}

// unknownVerb says what an unknown command probably was meant to be.
func unknownVerb(ctx protocol.Context, u protocol.Utterance) []Notice {
	if knownVerb(ctx.Protocol, u.Verb) { // of an extension that the table has no row for
		return nil
	}
	line, word := u.Line(), firstWord(u.Line())
	if end := strings.IndexAny(word, ":<"); end > 0 {
		word = word[:end]
	}
	args := phrases.Args{"word": shown(word)}
	g, ok := guessVerb(ctx.Protocol, firstWord(line), line)
	if !ok {
		n := notice("reason."+string(protocol.UnknownVerb), 0, len(word), "", args)
		n.Kind = string(protocol.UnknownVerb)
		return []Notice{n}
	}
	args["char"] = shown(part(line, len(g.form.verb), 1))
	args["form"], args["protocol"] = g.form.text, strings.ToUpper(string(other(ctx.Protocol)))
	_, args["mark"], _ = transcribed(line)
	n := notice(g.kind, 0, len(word), "", args)
	switch g.kind {
	case "typo", "glued", "synonym", "stray", "separator", "quoted-line":
		if g.kind == "separator" {
			n.At, n.Len = len(g.form.verb), 1
		}
		n.word, n.Meant = g.form.text, repair(ctx.Protocol, line)
		if n.Meant == line {
			n.Meant = ""
		}
	case "other-protocol", "typo-other-protocol":
		n.word = g.form.text + " (" + args["protocol"] + ")"
	case "lab-command":
		n.Meant = ":" + line
	case "transcript-client":
		_, _, n.Meant = transcribed(line)
	case "own-name":
		n.Meant = ":" + strings.TrimSpace(line[len("maillab"):])
	}
	return []Notice{n}
}

// knownVerb reports whether there is knowledge of a command, in the table or not.
func knownVerb(p protocol.Protocol, verb string) bool {
	return verb != protocol.VerbDot && verb != protocol.VerbResponse && shelfVerbs.get(string(p)+"."+verb) != nil
}

func other(p protocol.Protocol) protocol.Protocol {
	if p == protocol.SMTP {
		return protocol.POP3
	}
	return protocol.SMTP
}

// guessVerb goes from the certain to the likely.
func guessVerb(p protocol.Protocol, word, line string) (guess, bool) {
	if len(word) > 64 {
		word = word[:64]
	}
	upper := strings.ToUpper(foldLine(word))
	n := 0
	for n < len(upper) && upper[n] >= 'A' && upper[n] <= 'Z' {
		n++
	}
	letters, tail := upper[:n], upper[n:]
	for _, try := range []func(protocol.Protocol, string, string, string) (guess, bool){
		guessShape, guessGlued, guessOther, guessSynonym, guessNear, guessPrefix,
	} {
		if g, ok := try(p, letters, tail, line); ok {
			return g, true
		}
	}
	return guess{}, false
}

// guessShape knows lines that are no command at all.
func guessShape(p protocol.Protocol, letters, tail, line string) (guess, bool) {
	if kind, _, _ := transcribed(line); kind != "" {
		return guess{kind: kind}, true
	}
	switch {
	case (letters == "GET" || letters == "POST" || letters == "CONNECT") && strings.Contains(line, "HTTP/"):
		return guess{kind: "http"}, true
	case letters == "" && protocol.RecogniseGreeting(line) != "":
		return guess{kind: "reply-typed"}, true
	case p == protocol.SMTP && isHeader(line):
		return guess{kind: "header-before-data"}, true
	case letters == "MAILLAB" && tail == "" && len(line) > len(letters)+1:
		return guess{kind: "own-name"}, true
	case labWords[letters] && tail == "":
		return guess{kind: "lab-command"}, true
	case looksBase64(line):
		return guess{kind: "base64-outside-auth"}, true
	case quoted(p, line):
		f := strings.ToUpper(firstWord(unquoted(line)))
		return guess{kind: "quoted-line", form: form{f, f, f}}, true
	case line == protocol.VerbDot:
		return guess{kind: "dot-outside-content"}, true
	}
	return guess{}, false
}

// speakers begin the lines of a written conversation: those of maillab's own screens, of RFCs and of swaks.
var speakers = []struct{ mark, kind string }{
	{"C:", "transcript-client"}, {"S:", "transcript-server"}, {">>>", "transcript-client"}, {"<<<", "transcript-server"},
	{"->", "transcript-client"}, {"~>", "transcript-client"}, {"<-", "transcript-server"}, {"<~", "transcript-server"},
}

// transcribed tells whose words a line of a written conversation holds, and the words; kind is "" for any other line.
func transcribed(line string) (kind, mark, words string) {
	bare := strings.TrimLeft(line, " ")
	for _, s := range speakers {
		if rest, ok := strings.CutPrefix(bare, s.mark); ok && strings.TrimSpace(rest) != "" {
			return s.kind, s.mark, strings.TrimSpace(rest)
		}
	}
	return "", "", ""
}

// isHeader: "Subject: x" with a name that mail headers have.
func isHeader(line string) bool {
	name, _, ok := mail.SplitField(line)
	if !ok || len(name) < 2 {
		return false
	}
	_, r := shelfHeaders.fold(name)
	return r != nil
}

// looksBase64 wants padded or mixed-case Base64 that decodes to text.
func looksBase64(s string) bool {
	raw, bad := protocol.DecodeBase64(s)
	if bad != nil || len(s) < 4 || len(raw) == 0 {
		return false
	}
	for _, c := range raw {
		if c < ' ' && c != 0 || c >= 0x7f {
			return false
		}
	}
	mixed := strings.ToUpper(s) != s && strings.ToLower(s) != s
	return strings.HasSuffix(s, "=") || mixed
}

// guessGlued: the space is missing, or something hangs on the verb.
func guessGlued(p protocol.Protocol, letters, tail, line string) (guess, bool) {
	if f, rest, ok := hyphened(p, letters+tail, letters); ok {
		return guess{kind: "glued", form: f, rest: rest}, true
	}
	for _, f := range forms[p]() {
		if f.letters != letters || letters == "" {
			continue
		}
		if f.text != f.verb {
			return guess{kind: "glued", form: f, rest: tail}, true
		}
		if tail == "" || line == "" {
			continue
		}
		if tail[0] >= '0' && tail[0] <= '9' || tail[0] == '<' {
			return guess{kind: "glued", form: f, rest: tail}, true
		}
		kind := "stray"
		if strings.TrimLeft(tail, separators) != "" && strings.ContainsRune(separators, rune(tail[0])) && protocol.TableOf(p).Row(f.verb).Args != protocol.ArgsNone {
			kind = "separator"
		}
		return guess{kind: kind, form: f, rest: tail}, true
	}
	return guess{}, false
}

// hyphened: something else than a space stands between the words: mail-from:, auth_login.
func hyphened(p protocol.Protocol, word, letters string) (form, string, bool) {
	end := strings.IndexAny(word, "<@0123456789")
	if end < 0 {
		end = len(word)
	}
	all := lettersOnly(word[:end])
	if all == letters {
		return form{}, "", false
	}
	for _, f := range forms[p]() {
		if f.letters == all && f.text != f.verb {
			return f, word[end:], true
		}
	}
	return form{}, "", false
}

func guessOther(p protocol.Protocol, letters, tail, _ string) (guess, bool) {
	for _, f := range forms[other(p)]() {
		if f.letters == letters && letters != "" && (tail == "" || f.text != f.verb) {
			return guess{kind: "other-protocol", form: f}, true
		}
	}
	return guess{}, false
}

func guessSynonym(p protocol.Protocol, letters, _, line string) (guess, bool) {
	text, ok := synonyms[letters]
	if !ok {
		text, ok = chineseWords[firstWord(line)]
	}
	if !ok {
		return guess{}, false
	}
	for _, f := range forms[p]() {
		if f.text == text {
			return guess{kind: "synonym", form: f}, true
		}
	}
	return guess{}, false
}

// longForms are the words that the verbs are short for.
var longForms = map[string]bool{
	"PASSWORD": true, "DELETE": true, "RETRIEVE": true, "LISTING": true, "STATUS": true, "STATISTICS": true, "EXPAND": true,
}

// guessPrefix: PASSWORD, DELETE 3, and userfpwjp, where the argument is glued to the verb.
func guessPrefix(p protocol.Protocol, letters, tail, line string) (guess, bool) {
	for _, f := range forms[p]() {
		if f.text != f.verb || len(f.verb) < 4 || len(letters) <= len(f.verb) || !strings.HasPrefix(letters, f.verb) {
			continue
		}
		row := protocol.TableOf(p).Row(f.verb)
		if !longForms[letters] && row.Args != protocol.ArgsNone && !strings.Contains(strings.TrimSpace(line), " ") {
			return guess{kind: "glued", form: f, rest: letters[len(f.verb):] + tail}, true
		}
		return guess{kind: "typo", form: f, rest: tail}, true
	}
	return guess{}, false
}

// guessNear takes the nearest form by edit distance, the other protocol's only
// when it is nearer.
func guessNear(p protocol.Protocol, letters, tail, _ string) (guess, bool) {
	if len(letters) < 2 || len(letters) > 20 {
		return guess{}, false
	}
	own, near := nearest(forms[p](), letters)
	if far, distance := nearest(forms[other(p)](), letters); distance < near {
		return guess{kind: "typo-other-protocol", form: far}, true
	}
	if near > 3 {
		return guess{}, false
	}
	return guess{kind: "typo", form: own, rest: tail}, true
}

func nearest(list []form, letters string) (best form, distance int) {
	distance = 99
	for _, f := range list {
		limit := 1
		if len(f.letters) >= 6 {
			limit = 2
		}
		if len(letters) < 3 || len(f.letters)-len(letters) > limit || len(letters)-len(f.letters) > limit {
			continue
		}
		d := levenshtein.ComputeDistance(letters, f.letters)
		if swapped(letters, f.letters) {
			d = 1
		}
		if d <= limit && d < distance {
			best, distance = f, d
		}
	}
	return best, distance
}

// swapped reports whether two neighbouring letters changed places.
func swapped(a, b string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := 0; i+1 < len(a); i++ {
		if a[i] != b[i] {
			return a[i] == b[i+1] && a[i+1] == b[i] && a[i+2:] == b[i+2:]
		}
	}
	return false
}
