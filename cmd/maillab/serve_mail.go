package main

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"maillab/mailfile"
	"maillab/mockserver"
	"maillab/phrases"
)

// mailSources are the flags that load existing mail, by how it is kept.
var mailSources = []struct {
	flag  string
	paths func(serveFlags) []string
	read  func(path string, each func([]byte) error) error
}{
	{"--mbox", func(f serveFlags) []string { return f.mbox }, readMbox},
	{"--maildir", func(f serveFlags) []string { return f.maildir }, mailfile.Maildir},
}

func readMbox(path string, each func([]byte) error) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	if info, err := file.Stat(); err == nil && info.IsDir() {
		return mailfile.ErrNotMbox
	}
	return mailfile.Mbox(file, each)
}

// loadMail puts the mail of --mbox and --maildir into mailboxes, before anybody is told that the
// servers are ready, and says on the error output how many mails that were.
func (p *program) loadMail(f serveFlags, l *mockserver.Lab) error {
	for _, s := range mailSources {
		for _, value := range s.paths(f) {
			user, path := ownerOf(value, l.Users())
			if name, rest, found := strings.Cut(path, "="); found && isThere(rest) && !isThere(path) {
				return &usageError{say("error.load-user", phrases.Args{"flag": s.flag, "user": phrases.Clean(name)})}
			}
			n, err := l.Load(user, func(each func([]byte) error) error { return s.read(path, each) })
			if err != nil {
				return loadError(s.flag, path, err)
			}
			fmt.Fprintln(p.err, "maillab: "+say("serve.loaded", phrases.Args{
				"n": fmt.Sprint(n), "file": phrases.Clean(path), "user": phrases.Clean(user),
			}).In(p.lang))
		}
	}
	return nil
}

func isThere(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// ownerOf takes USER=PATH apart; without a user's name before it, the whole is a path and the first
// account's.
func ownerOf(value string, users []mockserver.User) (user, path string) {
	name, rest, found := strings.Cut(value, "=")
	for _, u := range users {
		if found && strings.EqualFold(u.Name, name) {
			return u.Name, rest
		}
	}
	if len(users) == 0 {
		return "", value
	}
	return users[0].Name, value
}

func loadError(flag, path string, err error) error {
	args := phrases.Args{"flag": flag, "file": phrases.Clean(path)}
	switch {
	case errors.Is(err, mailfile.ErrNotMbox):
		return &failure{say("error.not-mbox", args)}
	case errors.Is(err, mailfile.ErrNotMaildir):
		return &failure{say("error.not-maildir", args)}
	case errors.Is(err, mailfile.ErrTooLong):
		args["size"] = strconv.Itoa(mailfile.MaxMail >> 20)
		return &failure{say("error.mail-too-long", args)}
	}
	return unreadable(flag, path, err)
}
