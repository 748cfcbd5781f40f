package mockserver

import (
	"embed"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync"

	"maillab/phrases"
	"maillab/protocol"
)

// replyFiles say everything the servers can say. A reply that stands in a file and
// in no field below, or the other way round, is an error when the lab starts.
//
//go:embed replies/*.toml
var replyFiles embed.FS

// saying is one reply of the data.
type saying struct {
	// Code of the reply: three digits, or POP3's status indicator.
	Code string `toml:"code"`
	// Enhanced is the enhanced status code (RFC 3463), in POP3 the response code (RFC 2449 §8).
	Enhanced string `toml:"enhanced"`
	// Text of the reply, with {places}; in SMTP several lines make a reply of several lines, and a
	// line is repeated when a place in it is given several lines.
	Text string `toml:"text"`
	// One replaces Text when the place {count} is 1.
	One string `toml:"one"`
	// ZH and OneZH are Text and One in Chinese, for a POP3 client that asks with LANG (RFC 6856).
	ZH    string `toml:"zh"`
	OneZH string `toml:"one-zh"`
	// Body is what follows the status line of a multi-line POP3 reply: its whole, or the form of one line.
	Body string `toml:"body"`
	// After lists client lines that can get this reply; "" is the server speaking unasked.
	After []string `toml:"after"`
	// State in which those lines are said, where the table alone would suggest another, and Places for
	// the samples of this reply, before the file's.
	State  protocol.State    `toml:"state"`
	Places map[string]string `toml:"places"`

	key string
}

// refusal is the wording of a protocol.Fault. Its code comes from the protocol's table.
type refusal struct {
	// Text with {verb}, {want} and {syntax}; Bare replaces it when there is no Want to name.
	Text string `toml:"text"`
	Bare string `toml:"bare"`
	// ZH and BareZH are the same in Chinese (POP3).
	ZH     string `toml:"zh"`
	BareZH string `toml:"bare-zh"`
	// After lists client lines that are refused for this reason.
	After []string `toml:"after"`

	// A persona's code and enhanced code; "" and nil leave the table's.
	code     string
	enhanced *string
}

// smtpBook is replies/smtp.toml.
type smtpBook struct {
	Reply   smtpSayings                 `toml:"reply"`
	Refusal map[protocol.Reason]refusal `toml:"refusal"`
	// Places holds a value for every place, for the samples.
	Places map[string]string `toml:"places"`
}

type smtpSayings struct {
	Greeting     saying `toml:"greeting"`
	TooMany      saying `toml:"too-many-connections"`
	TooManyBad   saying `toml:"too-many-errors"`
	Idle         saying `toml:"idle"`
	ShuttingDown saying `toml:"shutting-down"`
	TooSlow      saying `toml:"too-slow"`
	LineTooSlow  saying `toml:"line-too-slow"`
	TooLong      saying `toml:"session-too-long"`
	TooManyLines saying `toml:"too-many-commands"`

	Ehlo saying `toml:"ehlo"`
	Helo saying `toml:"helo"`

	TLSReady       saying `toml:"tls-ready"`
	TLSUnavailable saying `toml:"tls-unavailable"`

	AuthChallenge  saying `toml:"auth-challenge"`
	AuthDone       saying `toml:"auth-done"`
	AuthFailed     saying `toml:"auth-failed"`
	AuthMechanism  saying `toml:"auth-mechanism"`
	AuthNoInitial  saying `toml:"auth-no-initial-response"`
	AuthBadMessage saying `toml:"auth-bad-message"`
	AuthBadToken   saying `toml:"auth-bad-token"`
	AuthUnbound    saying `toml:"auth-unbound"`
	AuthNeedsTLS   saying `toml:"auth-needs-tls"`
	AuthTooWeak    saying `toml:"auth-too-weak"`

	Mail       saying `toml:"mail"`
	MailTooBig saying `toml:"mail-too-big"`
	NotOwner   saying `toml:"sender-not-owner"`

	Rcpt        saying `toml:"rcpt"`
	RcptNobody  saying `toml:"rcpt-unknown-user"`
	RcptRelay   saying `toml:"rcpt-no-relay"`
	RcptTooMany saying `toml:"rcpt-too-many"`
	RcptFull    saying `toml:"rcpt-mailbox-full"`

	RcptLogin     saying `toml:"rcpt-relay-login"`
	RcptNullMX    saying `toml:"rcpt-null-mx"`
	RcptQueueFull saying `toml:"rcpt-queue-full"`

	EtrnStarted saying `toml:"etrn-started"`
	EtrnNothing saying `toml:"etrn-nothing"`
	EtrnRefused saying `toml:"etrn-refused"`

	Data       saying `toml:"data"`
	Queued     saying `toml:"queued"`
	DataTooBig saying `toml:"content-too-big"`
	CannotKeep saying `toml:"cannot-keep"`
	NoRoom     saying `toml:"no-room"`
	Loop       saying `toml:"mail-loop"`

	Chunk       saying `toml:"chunk"`
	ChunkTooBig saying `toml:"chunk-too-big"`

	Rset saying `toml:"rset"`
	Noop saying `toml:"noop"`
	Quit saying `toml:"quit"`

	VrfyUser    saying `toml:"vrfy-user"`
	VrfyNobody  saying `toml:"vrfy-unknown-user"`
	VrfyPerhaps saying `toml:"vrfy-cannot"`
	Private     saying `toml:"users-private"`
	ExpnList    saying `toml:"expn-list"`
	ExpnNoList  saying `toml:"expn-no-list"`

	Help        saying `toml:"help"`
	HelpVerb    saying `toml:"help-command"`
	HelpUnknown saying `toml:"help-unknown"`
}

// pop3Book is replies/pop3.toml.
type pop3Book struct {
	Reply   pop3Sayings                 `toml:"reply"`
	Refusal map[protocol.Reason]refusal `toml:"refusal"`
	Places  map[string]string           `toml:"places"`
}

type pop3Sayings struct {
	Greeting     saying `toml:"greeting"`
	TooMany      saying `toml:"too-many-connections"`
	TooManyBad   saying `toml:"too-many-errors"`
	ShuttingDown saying `toml:"shutting-down"`
	TooManyLines saying `toml:"too-many-commands"`

	TLSReady       saying `toml:"tls-ready"`
	TLSUnavailable saying `toml:"tls-unavailable"`

	User           saying `toml:"user"`
	LoggedIn       saying `toml:"logged-in"`
	AuthFailed     saying `toml:"auth-failed"`
	InUse          saying `toml:"in-use"`
	TooSoon        saying `toml:"login-delay"`
	CannotOpen     saying `toml:"cannot-open"`
	AuthMechanisms saying `toml:"auth-mechanisms"`
	AuthChallenge  saying `toml:"auth-challenge"`
	AuthMechanism  saying `toml:"auth-mechanism"`
	AuthNoInitial  saying `toml:"auth-no-initial-response"`
	AuthBadMessage saying `toml:"auth-bad-message"`
	AuthBadToken   saying `toml:"auth-bad-token"`
	AuthUnbound    saying `toml:"auth-unbound"`
	AuthNeedsTLS   saying `toml:"auth-needs-tls"`
	AuthTooWeak    saying `toml:"auth-too-weak"`

	Stat    saying `toml:"stat"`
	List    saying `toml:"list"`
	ListOne saying `toml:"list-one"`
	Uidl    saying `toml:"uidl"`
	UidlOne saying `toml:"uidl-one"`
	Retr    saying `toml:"retr"`
	Top     saying `toml:"top"`
	Dele    saying `toml:"dele"`
	Rset    saying `toml:"rset"`
	Noop    saying `toml:"noop"`
	Capa    saying `toml:"capa"`

	Utf8      saying `toml:"utf8"`
	NeedsUTF8 saying `toml:"needs-utf8"`
	NotUTF8   saying `toml:"not-utf8"`

	MessageNeedsUTF8 saying `toml:"message-needs-utf8"`

	Langs       saying `toml:"lang-list"`
	LangSet     saying `toml:"lang"`
	LangUnknown saying `toml:"lang-unknown"`

	Quit        saying `toml:"quit"`
	QuitUpdated saying `toml:"quit-updated"`

	NoSuchMessage saying `toml:"no-such-message"`
	IsDeleted     saying `toml:"message-deleted"`
	CannotRead    saying `toml:"cannot-read"`
	CannotRemove  saying `toml:"cannot-remove"`
}

var (
	smtpWords smtpBook
	pop3Words pop3Book
)

// loadBooks reads both files once.
var loadBooks = sync.OnceValue(func() error {
	return errors.Join(
		loadBook("replies/smtp.toml", &smtpWords, &smtpWords.Reply, &smtpWords.Refusal),
		loadReports(),
		loadBook("replies/pop3.toml", &pop3Words, &pop3Words.Reply, &pop3Words.Refusal),
	)
})

// loadBook reads one file strictly: unknown keys are errors, and so are missing ones.
func loadBook(name string, book, sayings any, refusals *map[protocol.Reason]refusal) error {
	data, err := replyFiles.ReadFile(name)
	if err != nil {
		return err
	}
	if err := phrases.DecodeStrict(name, data, book); err != nil {
		return err
	}
	var missing []string
	for _, s := range sayingsOf(sayings) {
		s.Text, s.Body = strings.Trim(s.Text, "\n"), strings.Trim(s.Body, "\n")
		if s.Code == "" || len(s.After) == 0 {
			missing = append(missing, s.key)
		}
	}
	for reason, r := range *refusals {
		if r.Text == "" || len(r.After) == 0 {
			missing = append(missing, string(reason))
		}
	}
	if missing != nil {
		return fmt.Errorf("%s: incomplete: %s", name, strings.Join(missing, ", "))
	}
	return nil
}

// sayingsOf lists the fields of a struct of sayings, each with its key from the tag.
func sayingsOf(sayings any) []*saying {
	v := reflect.ValueOf(sayings).Elem()
	out := make([]*saying, v.NumField())
	for i := range out {
		out[i] = v.Field(i).Addr().Interface().(*saying)
		out[i].key = v.Type().Field(i).Tag.Get("toml")
	}
	return out
}

// in returns the saying in Chinese where it has Chinese words and they are wanted.
func (s *saying) in(chinese bool) *saying {
	if !chinese || s.ZH == "" {
		return s
	}
	out := *s
	out.Text, out.One = s.ZH, s.OneZH
	return &out
}

// fill puts the values into the places of a text.
func fill(text string, args phrases.Args) string {
	return phrases.Text{EN: text}.Fill(args).EN
}

// lines returns the lines of the saying's text, places filled.
func (s *saying) lines(args phrases.Args) []string {
	text := s.Text
	if s.One != "" && args["count"] == "1" {
		text = s.One
	}
	if !strings.Contains(text, "\n") {
		return spread(text, args)
	}
	var out []string
	for line := range strings.SplitSeq(text, "\n") {
		if !nothing(line, args) {
			out = append(out, spread(line, args)...)
		}
	}
	return out
}

// bodyLines returns the lines of the saying's body, places filled.
func (s *saying) bodyLines(args phrases.Args) []string {
	var out []string
	for _, line := range strings.Split(s.Body, "\n") {
		if !nothing(line, args) {
			out = append(out, spread(line, args)...)
		}
	}
	return out
}

// nothing: a line that is only a place, for which there is no value now, is left out.
func nothing(line string, args phrases.Args) bool {
	name, ok := strings.CutPrefix(line, "{")
	value, given := args[strings.TrimSuffix(name, "}")]
	return ok && given && value == ""
}

// spread fills one line; a place whose value has several lines makes several of it.
func spread(line string, args phrases.Args) []string {
	if !strings.Contains(line, "{") {
		return []string{line}
	}
	for name, value := range args {
		if !strings.Contains(value, "\n") || !strings.Contains(line, "{"+name+"}") {
			continue
		}
		return repeated(line, name, value)
	}
	return []string{fill(line, args)}
}

// repeated fills one line as often as the value of a place has lines.
func repeated(line, name, value string) []string {
	var out []string
	for v := range strings.SplitSeq(value, "\n") {
		out = append(out, fill(line, phrases.Args{name: v}))
	}
	return out
}

// saying words a refusal with the code that the table gives it.
func (r refusal) saying(u protocol.Utterance, f *protocol.Fault) (*saying, phrases.Args) {
	out := &saying{Code: f.Code, Enhanced: f.Enhanced, Text: r.Text, ZH: r.ZH, key: string(f.Reason)}
	if f.Want == "" && r.Bare != "" {
		out.Text, out.ZH = r.Bare, r.BareZH
	}
	if r.code != "" {
		out.Code = r.code
	}
	if r.enhanced != nil {
		out.Enhanced = *r.enhanced
	}
	return out, placesOf(u, f)
}

// refusalOf finds the words for a reason; one that the data lack is still refused.
func refusalOf(book map[protocol.Reason]refusal, reason protocol.Reason) refusal {
	if r, ok := book[reason]; ok {
		return r
	}
	return refusal{Text: string(reason)}
}
