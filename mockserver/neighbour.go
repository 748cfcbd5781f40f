package mockserver

import (
	"errors"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The second domain of the lab has servers, mailboxes and accounts of its own: it is a Lab like the
// first, in the same process. Mail goes from one to the other over SMTP and in no other way.

const (
	farDomain  = "far.test"
	nearDomain = "near.test" // the second domain of a lab that is called far.test itself
)

var farUsers = []User{
	{Name: "liming", Password: "lm123", Token: "lab-token-liming"}, {Name: "amy", Password: "amy123", Token: "lab-token-amy"},
}

// laterName is a name at the second domain that is greylisted; its mail goes to the first account.
const laterName = "later"

// defaultRetry is how long a mail waits between tries: seconds here, hours elsewhere (RFC 5321 §4.5.4.1).
var defaultRetry = []time.Duration{3 * time.Second, 5 * time.Second, 10 * time.Second, 20 * time.Second}

// moveIn starts the second domain.
func (l *Lab) moveIn() error {
	domain := l.secondDomain()
	if domain == "" {
		return nil
	}
	_, personas := l.sorted(l.cfg.Personas)
	_, faults := l.sorted(l.cfg.Faults)
	data := ""
	if l.cfg.Data != "" {
		data = filepath.Join(l.cfg.Data, "."+domain) // no user's folder begins with a dot
	}
	n, err := start(Config{
		Domain: domain, Data: data, Notify: l.cfg.Notify, Users: slices.Clone(farUsers), Empty: true,
		Aliases: map[string]string{laterName: farUsers[0].Name}, Habits: []string{"greylist:0s," + laterName},
		Emit: l.cfg.Emit, Now: l.cfg.Now, IdleTimeout: l.cfg.IdleTimeout, Limits: l.cfg.Limits,
		Retry: l.cfg.Retry, After: l.cfg.After, Personas: personas, Faults: faults,
	}, l)
	if err != nil {
		return foreign(domain, err)
	}
	l.neighbour = n
	return nil
}

// secondDomain is the name of the domain beside this one, "" where there is none.
func (l *Lab) secondDomain() string {
	switch {
	case l.parent != nil || l.cfg.Alone || len(l.cfg.Listeners) == 0:
		return ""
	case strings.EqualFold(l.cfg.Domain, farDomain):
		return nearDomain
	}
	return farDomain
}

// prefix stands before the names of what belongs to the second domain.
func (l *Lab) prefix() string {
	if l.parent == nil {
		return ""
	}
	return l.cfg.Domain + "/"
}

// sorted tells names of this lab's own from those of its second domain, which lose their prefix.
func (l *Lab) sorted(names []string) (own, far []string) {
	for _, name := range names {
		domain, rest, found := strings.Cut(name, "/")
		if found && strings.EqualFold(domain, l.secondDomain()) {
			far = append(far, rest)
		} else {
			own = append(own, name)
		}
	}
	return own, far
}

// withoutDomain takes a domain off a name.
func withoutDomain(name string) string { return name[strings.IndexByte(name, '/')+1:] }

// foreign words an error about a name of the second domain's with its prefix.
func (l *Lab) foreign(err error) error { return foreign(l.cfg.Domain, err) }

func foreign(domain string, err error) error {
	var fault *FaultError
	var persona *UnknownPersonaError
	switch {
	case errors.As(err, &fault):
		out := *fault
		out.Spec = domain + "/" + out.Spec
		return &out
	case errors.As(err, &persona):
		return &UnknownPersonaError{domain + "/" + persona.Name}
	}
	return err
}

// Neighbour returns the servers of the lab's second domain, nil where there is none.
func (l *Lab) Neighbour() *Lab { return l.neighbour }

// root is the lab that the network begins at.
func (l *Lab) root() *Lab {
	if l.parent != nil {
		return l.parent
	}
	return l
}

// next is the lab's other domain as far as names go: the neighbour of the first lab.
func (l *Lab) next(name string) *Lab {
	if n := l.neighbour; n != nil && strings.HasSuffix(strings.ToLower(name), "@"+n.cfg.Domain) {
		return n
	}
	return nil
}

func itoa(n int) string { return strconv.Itoa(n) }
