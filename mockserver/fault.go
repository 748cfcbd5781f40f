package mockserver

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"
	"sync"
	"time"

	"maillab/phrases"
	"maillab/protocol"
)

// faultFiles hold one fault each: what can be made to go wrong on purpose, where in the protocol's
// table it strikes, and what it does.
//
//go:embed fault/*.toml
var faultFiles embed.FS

// Fault is something that can be made to go wrong.
type Fault struct {
	Name string `toml:"-"`
	// Title is one line; About says what happens and what it teaches.
	Title phrases.Text `toml:"title"`
	About phrases.Text `toml:"about"`
	// Args are what may be said after the name, in this order.
	Args   []FaultArg `toml:"arg"`
	Strike []strike   `toml:"strike"`
}

// Cuts reports whether the fault ends the connection without a word.
func (f *Fault) Cuts() bool {
	return slices.ContainsFunc(f.Strike, func(s strike) bool {
		return s.Close != "" && s.Code == "" && s.Reply == "" || s.CutIn != "" || s.CutOut != "" || s.Restart != ""
	})
}

// FaultArg is one argument of a fault.
type FaultArg struct {
	Name string `toml:"name"`
	// Kind is "duration", "number", "difference" (a number below nothing too), "code", "command" or "word".
	Kind string `toml:"kind"`
	// Default is what it is when it is left out; "" means that it must be given.
	Default string `toml:"default"`
	// OneOf lists what it may be; nil leaves that to the kind.
	OneOf []string `toml:"one-of"`
	// Choice lists what it may be, each with more places that it fills in the strikes.
	Choice map[string]map[string]string `toml:"choice"`
}

// choices are what the argument may be; nil leaves that to its kind.
func (a FaultArg) choices() []string {
	if a.Choice != nil {
		return sortedKeys(a.Choice)
	}
	return a.OneOf
}

// Usage is the form in which the fault is asked for: "greylist[:WAIT]".
func (f *Fault) Usage() string {
	var b strings.Builder
	b.WriteString(f.Name)
	for i, a := range f.Args {
		sep := ","
		if i == 0 {
			sep = ":"
		}
		text := sep + strings.ToUpper(a.Name)
		if a.Default != "" {
			text = "[" + text + "]"
		}
		b.WriteString(text)
	}
	return b.String()
}

// FaultPlace is where a fault strikes.
type FaultPlace struct {
	// Protocol is "" where it strikes in both.
	Protocol protocol.Protocol
	// At is "command", "login" or "handshake".
	At string
	// Verbs as in the table, "." for the end of a mail, "*" for every line, or an argument in braces.
	Verbs []string
}

// Places lists where in the table the fault strikes, each place once.
func (f *Fault) Places() []FaultPlace {
	var out []FaultPlace
	for _, s := range f.Strike {
		p := FaultPlace{s.Protocol, s.At, s.Verb}
		if !slices.ContainsFunc(out, func(q FaultPlace) bool {
			return q.At == p.At && q.Protocol == p.Protocol && slices.Equal(q.Verbs, p.Verbs)
		}) {
			out = append(out, p)
		}
	}
	return out
}

// strike is one place where a fault strikes, and what it does there. Every condition that is given
// must be met. Numbers and times are texts, because they may be {arguments}.
type strike struct {
	Protocol protocol.Protocol `toml:"protocol"`
	// Verb of the line at which it strikes, as in the table, "." for the end of a mail and "*" for
	// every line and the greeting.
	Verb []string `toml:"verb"`
	// At is the hook: "command", before the line is carried out; "login", when a password was right;
	// "handshake", when TLS begins.
	At string `toml:"at"`

	// Key tells what is counted apart: "client", "from", "to", "user".
	Key []string `toml:"key"`
	// PassAfter: it strikes until so much time has gone by since the key was first seen.
	PassAfter string `toml:"pass-after"`
	// Over and Within: it strikes when the key was seen more often in that time.
	Over   string `toml:"over"`
	Within string `toml:"within"`
	// To is the local part of the recipient; "*" is everybody.
	To string `toml:"to"`
	// Recipients: it strikes when so many have been accepted.
	Recipients string `toml:"recipients"`
	// Once: it strikes one time only.
	Once bool `toml:"once"`

	// Wait lets time pass first.
	Wait string `toml:"wait"`
	// Code, Enhanced and Text answer the line instead of carrying it out.
	Code     string `toml:"code"`
	Enhanced string `toml:"enhanced"`
	Text     string `toml:"text"`
	ZH       string `toml:"zh"`
	// Reply names a reply of the server's data: a persona that words it, and means as much by its code,
	// says it in its own words.
	Reply string `toml:"reply"`
	// Close cuts the connection: "before" the line is carried out, "after" that, with the answer lost.
	Close string `toml:"close"`
	// CutIn and CutOut cut it when so many octets of the mail have come in, or of the answer gone out.
	CutIn  string `toml:"cut-in"`
	CutOut string `toml:"cut-out"`
	// Drip sends the answer octet by octet, with so much time between.
	Drip string `toml:"drip"`
	// Add is added to the size of every message.
	Add string `toml:"add"`
	// Challenge comes in place of the first challenge of AUTH, as it stands; nil leaves them alone.
	Challenge *string `toml:"challenge"`
	// Hide takes these keywords out of what is announced; Mask, if given, stands there instead.
	Hide []string `toml:"hide"`
	Mask string   `toml:"mask"`
	// Handshake is what comes instead of TLS: "alert", "cut", "silent", or "plain", which is Text in the clear.
	Handshake string `toml:"handshake"`
	// CertificateNames are whom the certificate is for, CertificateExpired is how long ago it ended, and
	// CertificateAlone that it signed itself.
	CertificateNames   []string `toml:"certificate-names"`
	CertificateExpired string   `toml:"certificate-expired"`
	CertificateAlone   bool     `toml:"certificate-alone"`
	// Restart cuts every connection and takes none for so long.
	Restart string `toml:"restart"`
	// After lists client lines that can get the answer.
	After []string `toml:"after"`
}

var loadFaults = sync.OnceValues(func() ([]*Fault, error) { return readFaults(faultFiles, "fault/*.toml") })

func readFaults(fsys fs.FS, pattern string) ([]*Fault, error) {
	names, err := fs.Glob(fsys, pattern)
	if err != nil {
		return nil, err
	}
	out := []*Fault{}
	var problems []error
	for _, name := range names {
		f, err := readFault(fsys, name)
		if err != nil {
			problems = append(problems, err)
			continue
		}
		out = append(out, f)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Name < out[j].Name })
	return out, errors.Join(problems...)
}

// examples are values of each kind, to try a fault's strikes with when it is loaded.
var examples = map[string]string{
	"duration": "1s", "number": "1", "difference": "-1", "code": "451", "command": "RCPT", "word": "x",
}

func readFault(fsys fs.FS, name string) (*Fault, error) {
	data, err := fs.ReadFile(fsys, name)
	if err != nil {
		return nil, err
	}
	f := &Fault{Name: strings.TrimSuffix(path.Base(name), ".toml")}
	if err := phrases.DecodeStrict(name, data, f); err != nil {
		return nil, err
	}
	c := checker{name, string(data), nil}
	c.bilingual("title", f.Title)
	c.bilingual("about", f.About)
	values := phrases.Args{}
	for _, a := range f.Args {
		if examples[a.Kind] == "" {
			c.wrong(a.Name, "argument %s: no kind is called %q", a.Name, a.Kind)
		}
		value := examples[a.Kind]
		if a.choices() != nil {
			value = a.choices()[0]
		}
		a.give(value, values)
	}
	for i, s := range f.Strike {
		if !slices.Contains(hooks, s.At) {
			c.wrong("at = ", "strike %d: no place is called %q", i+1, s.At)
		}
		if s.Handshake == "" && (s.Code == "") != (len(s.After) == 0) {
			c.wrong("code", "strike %d: an answer needs code and after", i+1)
		}
		if _, err := arm(s, values); err != nil {
			c.wrong("strike", "strike %d: %v", i+1, err)
		}
	}
	return f, errors.Join(c.problems...)
}

// Faults lists what can be made to go wrong, by name.
func Faults() []*Fault {
	all, err := loadFaults()
	if err != nil {
		panic(err) // embedded data: a mistake of ours, which the tests find
	}
	return all
}

// FaultNamed finds a fault; a domain in front does not matter.
func FaultNamed(name string) (*Fault, bool) {
	name = withoutDomain(name)
	for _, f := range Faults() {
		if strings.EqualFold(f.Name, name) {
			return f, true
		}
	}
	return nil, false
}

// aWord is a name of a host or a mailbox, or "*".
var aWord = regexp.MustCompile(`^(\*|[A-Za-z0-9][A-Za-z0-9.-]{0,250})$`)

// FaultError says why a fault cannot be switched on.
type FaultError struct {
	// Spec is what was asked for; Fault is nil when there is none of that name.
	Spec  string
	Fault *Fault
	// Arg is the argument that does not fit, "" when there are too many.
	Arg string
}

// Error gives the machine's words; screens use the data files'.
func (e *FaultError) Error() string { return fmt.Sprintf("mockserver: fault %q: %s", e.Spec, e.Arg) }

// parseFault reads "NAME" or "NAME:ARG,ARG".
func parseFault(spec string) (*affliction, error) {
	name, rest, given := strings.Cut(strings.TrimSpace(spec), ":")
	f, ok := FaultNamed(name)
	if !ok || name != withoutDomain(name) {
		return nil, &FaultError{Spec: spec}
	}
	var words []string
	if given && rest != "" {
		words = strings.Split(rest, ",")
	}
	if len(words) > len(f.Args) {
		return nil, &FaultError{Spec: spec, Fault: f}
	}
	values := phrases.Args{}
	for i, a := range f.Args {
		value := a.Default
		if i < len(words) && strings.TrimSpace(words[i]) != "" {
			value = strings.TrimSpace(words[i])
		}
		if !a.accepts(&value) {
			return nil, &FaultError{Spec: spec, Fault: f, Arg: a.Name}
		}
		a.give(value, values)
	}
	out := &affliction{fault: f, spec: f.spec(values), seen: map[string][]time.Time{}}
	for _, s := range f.Strike {
		armed, err := arm(s, values)
		if err != nil {
			return nil, &FaultError{Spec: spec, Fault: f, Arg: err.Error()}
		}
		out.strikes = append(out.strikes, armed)
	}
	return out, nil
}

// give fills in the argument's value and what comes with it.
func (a FaultArg) give(value string, values phrases.Args) {
	values[a.Name] = value
	if a.Kind == "code" {
		values["class"] = value[:1]
		values["trouble"] = map[string]string{"4": "SYS/TEMP", "5": "SYS/PERM"}[value[:1]] // RFC 3206 §4
	}
	maps.Copy(values, a.Choice[value])
}

// spec writes the fault with its arguments, as it would be asked for.
func (f *Fault) spec(values phrases.Args) string {
	var words []string
	for _, a := range f.Args {
		words = append(words, values[a.Name])
	}
	if words == nil {
		return f.Name
	}
	return f.Name + ":" + strings.Join(words, ",")
}

// accepts checks a value and writes it in its usual form.
func (a FaultArg) accepts(value *string) bool {
	if known := a.choices(); known != nil {
		*value = strings.ToLower(*value)
		return slices.Contains(known, *value)
	}
	switch a.Kind {
	case "duration":
		d, err := time.ParseDuration(*value)
		return err == nil && d >= 0 && d <= time.Hour
	case "number":
		n, err := strconv.Atoi(*value)
		return err == nil && n >= 0 && n <= 1<<30
	case "difference":
		n, err := strconv.Atoi(*value)
		return err == nil && n >= -1<<30 && n <= 1<<30
	case "word":
		return aWord.MatchString(*value)
	case "code":
		n, err := strconv.Atoi(*value)
		return err == nil && n >= 400 && n <= 599
	case "command":
		*value = strings.ToUpper(*value)
		return *value != "" && (protocol.TableOf(protocol.SMTP).Row(*value) != nil || protocol.TableOf(protocol.POP3).Row(*value) != nil)
	}
	return false
}
