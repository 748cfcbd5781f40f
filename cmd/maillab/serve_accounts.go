package main

import (
	"bufio"
	"os"
	"strconv"
	"strings"

	"maillab/mockserver"
	"maillab/phrases"
	"maillab/protocol"
)

// accounts are those of --user and of --users, in this order; nil when neither was given.
func (f serveFlags) accounts() ([]mockserver.User, error) {
	var users []mockserver.User
	for _, text := range f.users {
		u, wrong := parseAccount(text, users)
		if wrong != "" {
			return nil, &usageError{accountTrouble("--user", text, wrong)}
		}
		users = append(users, u)
	}
	if f.usersFile == "" {
		return users, f.giveTokens(users)
	}
	users, err := readAccounts(f.usersFile, users)
	if err != nil {
		return nil, err
	}
	return users, f.giveTokens(users)
}

// maxAccountLine is more than any name and password need, in octets.
const maxAccountLine = 4 << 10

// readAccounts adds the accounts of a file: NAME:PASSWORD on each line; blank lines and lines that
// begin with # are skipped. A password may hold colons.
func readAccounts(path string, users []mockserver.User) ([]mockserver.User, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, unreadable("--users", path, err)
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, maxAccountLine)
	for n := 1; lines.Scan(); n++ {
		text := strings.TrimSpace(strings.TrimPrefix(lines.Text(), "\ufeff"))
		if text == "" || strings.HasPrefix(text, "#") {
			continue
		}
		u, wrong := parseAccount(text, users)
		if wrong != "" {
			return nil, &failure{accountTrouble(phrases.Clean(path)+":"+strconv.Itoa(n), text, wrong)}
		}
		users = append(users, u)
	}
	if err := lines.Err(); err != nil {
		return nil, unreadable("--users", path, err)
	}
	if len(users) == 0 {
		return nil, &failure{say("error.users-empty", phrases.Args{"file": phrases.Clean(path)})}
	}
	return users, nil
}

// unreadable words a file that cannot be read.
func unreadable(flag, path string, err error) error {
	return &failure{say("error.unreadable", phrases.Args{
		"flag": flag, "file": phrases.Clean(path), "error": phrases.Clean(err.Error()),
	})}
}

// fullWidthColon is what an input method types for a colon.
const fullWidthColon = "："

// accountTrouble words what is wrong with an account; of the line no more than the name is shown.
func accountTrouble(where, text, wrong string) phrases.Text {
	name, _, _ := strings.Cut(strings.Replace(text, fullWidthColon, ":", 1), ":")
	return say("error.user."+wrong, phrases.Args{"where": where, "value": phrases.Clean(name)})
}

// parseAccount reads NAME:PASSWORD. What is wrong is the last part of the key of the words about it.
func parseAccount(text string, others []mockserver.User) (u mockserver.User, wrong string) {
	name, password, found := strings.Cut(text, ":")
	path, ok := protocol.ParseMailbox(name)
	switch {
	case !found && strings.Contains(text, fullWidthColon):
		return u, "full-width"
	case !found:
		return u, "no-colon"
	case name == "" || password == "":
		return u, "form"
	case !ok || path.Domain != "" || path.Local != name:
		return u, "name"
	}
	for _, o := range others {
		if strings.EqualFold(o.Name, name) {
			return u, "twice"
		}
	}
	return mockserver.User{Name: name, Password: password}, ""
}
