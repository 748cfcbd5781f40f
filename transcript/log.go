package transcript

import (
	"strings"

	"maillab/protocol"
)

// finding is a way in which a log or a bounce words a remote server's reply. The
// groups of its pattern are named: reply, verb (as the program words it), rcpt.
type finding struct {
	// hint stands in every text that fits: looked for first, because that is quick.
	hint    string
	pattern pattern
	// verb where the pattern's own words tell it, "" where its group does.
	verb string
}

// code is how a reply begins, with the rest of what stands there.
const code = `(?P<reply>[2-5]\d\d[ -].*?)`

// qmailEnd is what may follow the reply there.
const qmailEnd = `(?: ?/? ?Giving up.*|/)?$`

// findings, in the order in which they are tried: the first that fits is it.
var findings = []finding{
	// Postfix, client side; the reply's own parentheses may stand in it.
	{`refused to talk`, lazily(`refused to talk to me: ` + code + `\)?$`), ""},
	{`in reply to`, lazily(`(?:said|returned|reports?): ` + code + ` ?\(in reply to (?P<verb>[^()]+?)(?: command)?\)`), Unknown},
	{`SASL authentication failed`, lazily(`SASL authentication failed; server \S+ said: ` + code + `\)?$`), protocol.VerbResponse},
	{`status=`, lazily(`status=(?:bounced|deferred) \(` + code + `\)$`), Unknown},
	{`status=sent`, lazily(`status=sent \(` + code + `\)$`), protocol.VerbDot},
	// Postfix, server side: what this server answered to its client.
	{`reject`, lazily(`reject(?:_warning)?: (?P<verb>[A-Z-]+) from \S+: ` + code + `(?:; (?:from|client|proto|to|helo)=.*)?$`), Unknown},
	// Exim.
	{`SMTP error from remote`, lazily(`SMTP error from remote (?:mail server|mailer) after (?P<verb>.+?): ?(?:host \S+(?: \[\S+\])?: )?` + code + `$`), Unknown},
	{` C="`, lazily(` C="` + code + `"(?: |$)`), protocol.VerbDot},
	// Sendmail.
	{`stat=Sent`, lazily(`\bstat=Sent \((?P<reply>[^()]*)\)`), protocol.VerbDot},
	{`=`, lazily(`\b(?:reply|stat)=(?:Deferred: )?` + code + `(?:, (?:dsn|stat|relay)=.*)?$`), Unknown},
	// qmail; in its log blanks are underscores.
	{`does not like recipient`, lazily(`does not like recipient\..*?Remote host said: ` + code + qmailEnd), "RCPT"},
	{`does not like sender`, lazily(`does not like sender\..*?Remote host said: ` + code + qmailEnd), "MAIL"},
	{`Remote host said`, lazily(`(?:failed after I sent the message|accepted message)\..*?Remote host said: ` + code + qmailEnd), protocol.VerbDot},
	{`greeting failed`, lazily(`but greeting failed\..*?Remote host said: ` + code + qmailEnd), ""},
	{`my name was`, lazily(`but my name was rejected\..*?Remote host said: ` + code + qmailEnd), "HELO"},
	// Exchange and Microsoft 365, Gmail, and whoever else quotes.
	{`eturned '`, lazily(`(?i)remote server returned '` + code + `'`), Unknown},
	{`#<`, lazily(`(?i)#< ?(?:\S+ )?#?\d?\.?[\d.]* ?smtp; ?` + code + `>`), Unknown},
	{` #`, lazily(`#` + code + ` ?##`), Unknown},
	{`(reason: `, lazily(`\(reason: ` + code + `\)$`), Unknown},
	{`: `, lazily(`(?i)(?:response|error|reply|answer)(?: that)?(?: from)?(?: the)?(?: remote| other)?(?: server)?(?: returned)? (?:was|is): ` + code + `$`), Unknown},
	{`: `, lazily(`(?i)(?:said|answered|responded(?: with)?|returned)(?: error)?: ` + code + `$`), Unknown},
	// Mail libraries: JavaMail, Swift Mailer.
	{`AddressFailedException`, lazily(`SMTPAddressFailedException: ` + code + `$`), "RCPT"},
	{`SenderFailedException`, lazily(`SMTPSenderFailedException: ` + code + `$`), "MAIL"},
	{`AuthenticationFailedException`, lazily(`AuthenticationFailedException: ` + code + `$`), protocol.VerbResponse},
	{`Exception: `, lazily(`Exception: ` + code + `$`), Unknown},
	{`with message "`, lazily(`with message "` + code + `"`), Unknown},
	// RFC 3464 §2.3.6.
	{`iagnostic-`, lazily(`(?i)^Diagnostic-Code: ?smtp; ?` + code + `(?: ?\(in reply to (?P<verb>[^()]+?)(?: command)?\))?$`), Unknown},
	// Whoever else quotes: a code with an enhanced code behind it is hardly anything else.
	{`.`, lazily(`(?:^|[ :"'(])(?P<reply>[245]\d\d[ -][245]\.\d{1,3}\.\d{1,3} .+?)["')]*$`), Unknown},
}

// statuses word an enhanced status code where the reply itself is not told.
var statuses = []pattern{
	lazily(`\bdsn=(?P<status>[245]\.\d{1,3}\.\d{1,3})\b`),
	lazily(`(?i)^Status: ?(?P<status>[245]\.\d{1,3}\.\d{1,3})\b`),
	lazily(`(?i)^Diagnostic-Code: ?smtp; ?(?P<status>[245]\.\d{1,3}\.\d{1,3})\b`),
}

// recipients word whom it is about.
var recipients = lazily(`(?:\bto=<|^<|RCPT T[Oo]:<|\b[Rr]ecipient: ?rfc822; ?)([^\s<>]+@[^\s<>;,]+)>?`)

// maxSearched bounds how much of a line is searched, in octets.
const maxSearched = 16 << 10

// find looks for a reply in a line, or a paragraph made one line.
func find(text string) (x Exchange, found bool) {
	if len(text) > maxSearched {
		text = text[:maxSearched]
	}
	if x, found = findPython(text); found {
		return x, true
	}
	if !holdsCode(text) {
		return x, false
	}
	for _, f := range findings {
		if !strings.Contains(text, f.hint) {
			continue
		}
		p := f.pattern()
		m := p.FindStringSubmatch(text)
		if m == nil {
			continue
		}
		x = Exchange{Verb: f.verb, Reply: strings.TrimSpace(m[p.SubexpIndex("reply")])}
		if at := p.SubexpIndex("verb"); at >= 0 && m[at] != "" {
			x.Verb, x.Line = verbOf(m[at])
		}
		if !serverLike(x.Reply) {
			continue // "stat=Sent (Queued mail for delivery)"
		}
		if x.Verb == "RCPT" && x.Line == "" {
			if to := recipients().FindStringSubmatch(text); to != nil {
				x.Line = "RCPT TO:<" + to[1] + ">"
			}
		}
		return x, true
	}
	return x, false
}

// holdsCode: three digits that may be a reply code, with a blank or a hyphen behind them.
func holdsCode(text string) bool {
	for i := 0; i+3 < len(text); i++ {
		if (text[i+3] == ' ' || text[i+3] == '-') && serverLike(text[i:i+4]) && (i == 0 || text[i-1] < '0' || text[i-1] > '9') {
			return true
		}
	}
	return false
}

// refusals are the exceptions of Python's smtplib, and what they refuse.
var refusals = []struct{ exception, verb string }{
	{"SMTPRecipientsRefused", "RCPT"}, {"SMTPSenderRefused", "MAIL"}, {"SMTPDataError", protocol.VerbDot},
	{"SMTPAuthenticationError", protocol.VerbResponse}, {"SMTPHeloError", "EHLO"}, {"SMTPConnectError", ""},
}

// pythonTuple is a code and its words, the lines without their codes.
var pythonTuple = lazily(`\(?([2-5]\d\d), b?(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")`)

// findPython looks for a reply as Python's smtplib puts it into an exception.
func findPython(text string) (x Exchange, found bool) {
	m := pythonTuple().FindStringSubmatch(text)
	if m == nil {
		return x, false
	}
	lines := strings.Split(m[2]+m[3], `\n`)
	for i := range lines {
		mark := "-"
		if i == len(lines)-1 {
			mark = " "
		}
		lines[i] = m[1] + mark + lines[i]
	}
	x = Exchange{Verb: Unknown, Reply: strings.Join(lines, " ")}
	for _, r := range refusals {
		if strings.Contains(text, r.exception) {
			x.Verb = r.verb
		}
	}
	return x, true
}

// findStatus looks for an enhanced status code, "" where there is none.
func findStatus(text string) string {
	for _, p := range statuses {
		if m := p().FindStringSubmatch(text); m != nil {
			return m[1]
		}
	}
	return ""
}

// wordings are the programs' words for what was said, in lower case, and the verbs.
var wordings = []struct{ words, verb string }{
	{"end of data", protocol.VerbDot}, {"sending data block", protocol.VerbDot}, {"message data", protocol.VerbDot},
	{"content", protocol.VerbDot}, {"initial connection", ""}, {"initial server greeting", ""}, {"connect", ""},
	{"sending password", protocol.VerbResponse}, {"authentication", protocol.VerbResponse}, {"lhlo", "EHLO"},
}

// verbOf reads "RCPT TO", "end of DATA command", "pipelined MAIL FROM:<a@b> SIZE=3".
func verbOf(words string) (verb, line string) {
	words = strings.TrimPrefix(strings.TrimSpace(words), "pipelined ")
	lower := strings.ToLower(words)
	for _, w := range wordings {
		if strings.HasPrefix(lower, w.words) {
			return w.verb, ""
		}
	}
	verb, rest, _ := strings.Cut(strings.ToUpper(words), " ")
	verb, _, _ = strings.Cut(verb, ":")
	if protocol.TableOf(protocol.SMTP).Row(verb) == nil || verb == "" {
		return Unknown, ""
	}
	if strings.Contains(rest, ":<") || rest != "" && verb != "MAIL" && verb != "RCPT" && verb != "DATA" {
		return verb, words
	}
	return verb, ""
}

// logSource reads the logs of mail servers: each line is shown, and the reply in
// it, where there is one, is told as an exchange.
type logSource struct{ r *Replay }

func newLog(r *Replay, _ []string) source { return &logSource{r: r} }

// logLike: a line as a mail server's log has it.
var logLike = lazily(`\b(?:postfix\S*|exim4?|sendmail|sm-\w+|qmail\S*)\[\d+\]: |\b(?:new|end|info) msg \d+|starting delivery \d+: |^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d (?:\[\d+\] )?(?:\w{6}-\w{6,11}-\w{2,4} |.*SMTP error from remote)|\bstatus=(?:sent|bounced|deferred|expired|undeliverable) \(|\bdsn=[245]\.\d+\.\d+, stat(?:us)?=|delivery \d+: (?:success|failure|deferral): `)

func fitsLog(sample []string) bool {
	return count(sample, func(l string) bool { return logLike().MatchString(l) }) > 0
}

// fitsQuote: somebody quotes a reply, and there is no conversation.
func fitsQuote(sample []string) bool {
	if count(sample, serverLike) > 0 {
		return false
	}
	return count(sample[:min(len(sample), maxQuoted)], func(l string) bool { _, found := find(l); return found }) > 0
}

// maxQuoted is how many lines are looked at for a quoted reply.
const maxQuoted = 200

func (s *logSource) take(line string) {
	if strings.TrimSpace(line) == "" {
		return
	}
	text := line
	if strings.Contains(text, "Remote_host_said:_") {
		text = strings.ReplaceAll(text, "_", " ")
	}
	x, found := find(text)
	switch status := findStatus(line); {
	case found:
		s.r.Note(line)
		s.r.One(x)
	case status != "":
		s.r.Status(line, status)
	case logLike().MatchString(line):
		s.r.Note(line)
	default:
		s.r.Unknown(line)
	}
}

func (s *logSource) done() {}
