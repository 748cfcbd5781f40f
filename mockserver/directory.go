package mockserver

import (
	"strings"

	"maillab/protocol"
)

// listName is the lab's mailing list, for EXPN: it has every user as a member.
const listName = "staff"

// chinesePostmaster is postmaster by a name outside ASCII, for SMTPUTF8.
const chinesePostmaster = "站长"

// user finds an account by name, with or without the lab's domain, any letter case.
func (l *Lab) user(name string) (User, bool) {
	name = l.localName(name)
	for _, u := range l.cfg.Users {
		if strings.EqualFold(u.Name, name) {
			return u, true
		}
	}
	return User{}, false
}

// localName takes the lab's own domain off a name.
func (l *Lab) localName(name string) string {
	local, domain, found := strings.Cut(name, "@")
	if found && strings.EqualFold(domain, l.cfg.Domain) {
		return local
	}
	return name
}

// checkPassword returns the account when name and password fit. With Config.Data a wrong password takes the same
// time whether there is such an account or not, and whether its password is known itself or by its keys.
func (l *Lab) checkPassword(name, password string) (User, bool) {
	u, ok := l.user(name)
	if l.cfg.Data == "" {
		return u, ok && u.hasPassword(password)
	}
	if ok && (u.Password != "" && u.hasPassword(password) || l.proofs.knows(u.Name, password)) {
		return u, true
	}
	return u, l.proofs.slowly(u.Name, password, func() bool {
		if ok && u.Password == "" {
			return u.hasPassword(password)
		}
		l.pretend(name, password)
		return false
	})
}

// addressOf is a user's address.
func (l *Lab) addressOf(u User) string { return u.Name + "@" + l.cfg.Domain }

// whereabouts says what becomes of mail for an address.
type whereabouts int

const (
	ours      whereabouts = iota // there are mailboxes for it
	nobody                       // the lab's domain, but no such user
	elsewhere                    // another domain, which the lab does not relay to
)

// mailboxesFor finds the mailboxes that mail for a path goes to. Postmaster always has one
// (RFC 5321 §4.5.1): the first user's; the mailing list has every user's.
func (l *Lab) mailboxesFor(p protocol.Path) ([]*mailbox, whereabouts) {
	if p.Domain != "" && !strings.EqualFold(strings.TrimSuffix(p.Domain, "."), l.cfg.Domain) {
		domain := strings.ToLower(p.Domain)
		if l.cfg.AcceptMailFor != nil && l.cfg.AcceptMailFor(domain) {
			return []*mailbox{l.store.box(p.Local + "@" + domain)}, ours
		}
		return nil, elsewhere
	}
	var boxes []*mailbox
	for _, u := range l.membersOf(p.Local) {
		boxes = append(boxes, l.store.box(u.Name))
	}
	if boxes == nil {
		return nil, nobody
	}
	return boxes, ours
}

// membersOf returns the users that a local part stands for: one, or those of an alias.
func (l *Lab) membersOf(local string) []User {
	if name, ok := l.cfg.Aliases[strings.ToLower(local)]; ok {
		local = name
	}
	if u, ok := l.user(local); ok {
		return []User{u}
	}
	switch {
	case strings.EqualFold(local, listName):
		return l.cfg.Users
	case len(l.cfg.Users) == 0:
	case strings.EqualFold(local, "postmaster"), local == chinesePostmaster:
		return l.cfg.Users[:1]
	}
	return nil
}
