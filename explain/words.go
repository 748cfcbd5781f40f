package explain

import (
	"slices"
	"strings"

	"maillab/phrases"
	"maillab/protocol"
)

// insert puts a text of both languages into a place of another one.
func insert(t phrases.Text, place string, value phrases.Text) phrases.Text {
	place = "{" + place + "}"
	return phrases.Text{EN: strings.ReplaceAll(t.EN, place, value.EN), ZH: strings.ReplaceAll(t.ZH, place, value.ZH)}
}

// enumerated writes a list as each language does.
func enumerated(list []string) phrases.Text {
	t := phrases.Listed(list)
	return phrases.Text{EN: shown(t.EN), ZH: shown(t.ZH)}
}

// join sets one text behind another.
func join(a, b phrases.Text) phrases.Text {
	switch {
	case a.Empty():
		return b
	case b.Empty():
		return a
	}
	return phrases.Text{EN: ended(a.EN, ".") + " " + b.EN, ZH: ended(a.ZH, "。") + b.ZH}
}

// ended closes a sentence that ends in a form or a value.
func ended(s, stop string) string {
	for _, end := range [...]string{".", "。", "！", "？", "）", "!", "?"} {
		if strings.HasSuffix(s, end) {
			return s
		}
	}
	return s + stop
}

// summarise writes the summary and the details, from the most particular
// knowledge to the most general.
func (v *view) summarise() {
	code, exact := codeRecord(v.protocol, v.code, v.place)
	class := v.classWords()
	v.a.Topic = v.topic()
	v.a.Ref = v.reference(code, class, exact)
	if v.a.Summary.Empty() {
		v.a.Summary = v.withSlip(v.summary(code, class, exact))
	}
	v.slipDetails()
	v.classDetail(class)
	if exact && code.Long != nil {
		v.detail(*code.Long)
	}
	general := shelfCodes.get(string(v.protocol) + "." + v.code)
	switch {
	case exact && v.plain():
		general = nil
	case exact: // what the code means after this command
		general = code
	}
	v.codeDetails(general)
}

// summary picks the sentence for the beginner.
func (v *view) summary(code, class *record, exact bool) phrases.Text {
	switch {
	case v.known != nil && v.known.EN != "":
		return phrases.Text{EN: v.known.EN, ZH: v.known.ZH}
	case v.known == nil && (v.code == "" || v.oddCode):
		return v.unknownSummary()
	case v.plain() && exact:
		return code.text()
	case class != nil:
		return class.text()
	case code != nil:
		return code.text()
	}
	return v.unknownSummary()
}

// slipClasses are refusals for which a slip in the line is the reason, so that
// the slip is said first.
var slipClasses = map[string]bool{
	"syntax-error": true, "address-syntax": true, "unknown-command": true, "bad-argument": true, "bad-sequence": true,
	"protocol-violation": true, "helo-rejected": true, "mailbox-unknown": true, "not-implemented": true,
}

// certainSlips leave nothing to guess: what the refusal mostly comes from is no help beside them.
var certainSlips = map[string]bool{
	"transcript-client": true, "transcript-server": true, "http": true, "reply-typed": true, "own-name": true, "full-width-colon": true,
	"header-before-data": true, string(protocol.NotImplemented): true, string(protocol.AlreadyTLS): true,
}

// certain reports whether a slip that leaves nothing to guess has been told.
func (v *view) certain() bool { return v.slipSaid && certainSlips[v.slips[0].Kind] }

// withSlip puts what was wrong with the line in front of what the reply means.
func (v *view) withSlip(meaning phrases.Text) phrases.Text {
	if len(v.slips) == 0 || !slipClasses[v.a.Class] {
		return meaning
	}
	s := v.slips[0]
	if v.a.Class == "mailbox-unknown" && s.Kind != "backspace" && s.Kind != "control-character" || s.Kind == string(protocol.UnknownVerb) {
		return meaning
	}
	if v.a.Class == "not-implemented" && s.Kind != string(protocol.NotImplemented) {
		return meaning
	}
	v.slipSaid = true
	if s.Kind == string(protocol.NotImplemented) || v.a.Class == "unknown-command" || v.a.Class == "bad-sequence" || s.aboutParameter() {
		return s.Text
	}
	return join(s.Text, meaning)
}

// plain holds where the code in its command says all there is to say.
func (v *view) plain() bool {
	return v.known == nil && (v.a.Severity == Success || v.a.Severity == Intermediate)
}

// services are what other protocols begin with, in lower case.
var services = []struct{ beginning, service string }{
	{"http/", "http"}, {"<html", "http"}, {"<!doctype", "http"},
	{"* ok", "imap"}, {"* preauth", "imap"}, {"* bye", "imap"}, {"* bad", "imap"}, {"ssh-", "ssh"},
}

// serviceOf names the service of another protocol that a line comes from, "" where it is not known.
func serviceOf(line string) string {
	for _, s := range services {
		if strings.HasPrefix(line, s.beginning) {
			return s.service
		}
	}
	return ""
}

// unknownSummary is for what no file knows: the first digit still tells something.
func (v *view) unknownSummary() phrases.Text {
	if len(v.code) == 3 && !v.oddCode {
		return say("summary.unlisted-"+v.a.Severity, phrases.Args{"code": v.code})
	}
	if v.oddCode {
		return say("summary.odd-code", phrases.Args{"code": shown(v.code)})
	}
	if service := serviceOf(v.lower); service != "" {
		v.field("service", service)
		return say("summary."+service, nil)
	}
	return say("summary.garbage", nil)
}

// slipDetails says what was wrong with the line that was answered.
func (v *view) slipDetails() {
	for i, s := range v.slips {
		switch {
		case v.slipSaid && i == 0:
		case s.Kind == "command-at-challenge" && v.a.Severity != Intermediate: // the login is over, there is nothing to go on with
			v.detail(notice("command-taken", 0, 0, "", phrases.Args{"verb": shown(strings.ToUpper(firstWord(v.ctx.Line)))}).Text)
		default:
			v.detail(s.Text)
		}
		word := s.word
		if word == "" && s.Kind != "lab-command" {
			word = s.Meant
		}
		if word != "" {
			v.fieldOnce("did_you_mean", word)
		}
	}
}

func (v *view) classDetail(class *record) {
	if class == nil || v.a.Severity == Unknown { // what is no reply refuses nothing
		return
	}
	// What must be said first is in the slip: what mostly has to is no help beside it.
	told := v.certain() || v.slipSaid && v.protocol == protocol.SMTP && v.slips[0].Kind == string(protocol.OutOfOrder)
	if class.text() != v.a.Summary && !v.plain() && !told && (v.known == nil || !v.known.Alone) {
		v.detail(class.text())
	}
	if class.Long != nil {
		v.detail(*class.Long)
	}
}

// codeDetails says what the code means by the standard, and where the reply
// does not keep to it.
func (v *view) codeDetails(code *record) {
	lead := "detail.code"
	if v.unlisted() && code != shelfCodes.get(string(v.protocol)+"."+v.code) {
		lead = "detail.code-in-use" // the standard has no such reply to this command
	}
	if code != nil && code.text() != v.a.Summary && v.protocol != protocol.POP3 {
		v.detail(insert(say(lead, phrases.Args{"code": shown(v.code)}), "what", code.text()))
	}
	if v.enhanced != "" && v.protocol != protocol.POP3 {
		v.detail(insert(say("detail.enhanced", phrases.Args{"code": v.enhanced}), "what", enhancedWords(v.enhanced)))
	}
	if contradiction(v.code, v.enhanced) && v.protocol != protocol.POP3 {
		v.contradicts("class-mismatch", say("detail.contradiction", phrases.Args{"code": v.code, "enhanced": v.enhanced}))
	}
	v.wordsAgainstCodes()
	if v.unlisted() {
		v.contradicts("unlisted-code", say("detail.unlisted", phrases.Args{"code": shown(v.code), "command": shown(v.verb)}))
	}
	if v.gbk {
		v.detail(say("detail.gbk", phrases.Args{"text": shown(v.words)}))
	}
	v.frameDetails()
}

func (v *view) frameDetails() {
	if !v.reply.Complete && len(v.reply.Lines) > 0 {
		v.field("complete", false)
		v.contradicts("incomplete", say("detail.incomplete", nil))
	}
	if v.reply.Cut > 0 {
		v.detail(say("detail.cut", phrases.Args{"octets": number(v.reply.Cut)}))
	}
	if v.mixedCodes() {
		v.contradicts("mixed-codes", say("detail.mixed-codes", nil))
	}
}

func (v *view) mixedCodes() bool {
	if v.protocol != protocol.SMTP {
		return false
	}
	for _, l := range v.reply.Lines {
		if l.Code != v.reply.Code {
			return true
		}
	}
	return false
}

// unlisted reports whether the table has no such code for the command answered.
func (v *view) unlisted() bool {
	if v.row == nil || v.code == "" || v.place == placeUnasked {
		return false
	}
	if _, ok := v.row.Answer(v.code, v.args); ok {
		return false
	}
	for _, a := range v.table.Anywhere {
		if a.Code == v.code {
			return false
		}
	}
	return true
}

// codeRecord finds the words for a code in the reply to a command (exact), or anywhere.
func codeRecord(p protocol.Protocol, code, place string) (r *record, exact bool) {
	if r := shelfCodes.get(string(p) + "." + code + "." + place); r != nil {
		return r, true
	}
	return shelfCodes.get(string(p) + "." + code), false
}

func classRecord(p protocol.Protocol, class, place string) *record {
	for _, key := range [...]string{
		string(p) + "." + class + "." + place, class + "." + place, string(p) + "." + class, class,
	} {
		if r := shelfClasses.get(key); r != nil {
			return r
		}
	}
	return nil
}

// loggedIn is the suffix of keys for what a class means to someone who has logged in.
const loggedIn = ".logged-in"

// unsaid is the suffix of keys for a class that only a bare 550 suggests, which may as well stand for
// another reason (RFC 5321 §4.2.3: "mailbox not found, no access, or command rejected for policy reasons").
const unsaid = ".unsaid"

// withParameters is the suffix of keys for a refused line whose address is in order, but which says more.
const withParameters = ".parameters"

// marked is the suffix of keys for what a class means while messages are marked with DELE.
const marked = ".marked"

// classWords finds the words for the class: the advice to log in is none for who has done so.
func (v *view) classWords() *record {
	if v.afterLogin() {
		for _, key := range [...]string{string(v.protocol) + "." + v.a.Class + loggedIn, v.a.Class + loggedIn} {
			if r := shelfClasses.get(key); r != nil {
				return r
			}
		}
	}
	if r := shelfClasses.get(v.a.Class + marked); r != nil && v.ctx.Deleted > 0 {
		return r
	}
	if r := shelfClasses.get(v.a.Class + unsaid); r != nil && v.code == "550" && v.known == nil && !strings.HasPrefix(v.enhanced, "5.1.") {
		return r
	}
	if r := shelfClasses.get(v.a.Class + withParameters); r != nil && v.parameters() {
		return r
	}
	return classRecord(v.protocol, v.a.Class, v.place)
}

// parameters reports whether what is refused may be the parameters of the line answered: its address is in order,
// and words that are known do not tell of something else.
func (v *view) parameters() bool {
	if v.known != nil && len(v.slips) == 0 {
		return false
	}
	if v.row == nil || slices.ContainsFunc(v.slips, func(s Notice) bool { return !s.aboutParameter() }) {
		return false
	}
	parse := map[protocol.Args]func(string) (protocol.Envelope, bool){protocol.ArgsFrom: protocol.ParseFrom, protocol.ArgsTo: protocol.ParseTo}[v.row.Args]
	if parse == nil {
		return false
	}
	e, ok := parse(v.args)
	return ok && len(e.Parameters) > 0
}

// aboutParameter: the address before it is in order.
func (n Notice) aboutParameter() bool {
	return slices.Contains([]protocol.Reason{protocol.BadValue, protocol.RepeatedParameter, protocol.UnknownParameter}, protocol.Reason(n.Kind))
}

// afterLogin reports whether the line answered came after a login that succeeded.
func (v *view) afterLogin() bool {
	return v.ctx.Authenticated || v.protocol == protocol.POP3 && v.ctx.State == protocol.StateTransaction
}

func (v *view) topic() string {
	place, class := "."+v.place, ""
	switch {
	case v.place == placeUnasked:
		place = ""
	case v.verb != "" && v.row == nil: // what was typed is no part of a stable name
		place = ".(unknown)"
	}
	if v.known != nil || v.a.Severity == Transient || v.a.Severity == Permanent {
		class = "." + v.a.Class
	}
	return Clean(string(v.protocol) + "." + v.code + place + class)
}

// reference is the place that defines what happened, of this protocol's standards.
func (v *view) reference(code, class *record, exact bool) string {
	own := "RFC 5321 §4.2"
	switch {
	case v.row != nil:
		own = v.row.Ref
	case v.protocol == protocol.POP3:
		own = "RFC 1939 §3"
	}
	return standardsOf(v.protocol, v.references(code, class, exact), own)
}

func (v *view) references(code, class *record, exact bool) string {
	switch {
	case v.known != nil:
		return v.known.Ref
	case v.plain() && exact:
		return code.Ref
	case class != nil:
		return class.Ref
	case code != nil:
		return code.Ref
	case v.row != nil:
		return v.row.Ref
	case v.protocol == protocol.POP3:
		return "RFC 1939 §3"
	}
	return "RFC 5321 §4.2"
}
