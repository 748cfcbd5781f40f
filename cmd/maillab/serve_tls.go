package main

import (
	"crypto/tls"
	"os"
	"strings"

	"maillab/mockserver"
	"maillab/phrases"
)

// certificate reads the certificate from outside, if one is named; nil means one of the lab's CA. It
// is read again for each handshake, so that a renewed one is used at once, and its first reading
// tells now what is wrong with it.
func (f serveFlags) certificate() (func() (*tls.Certificate, error), error) {
	switch {
	case f.tlsCert == "" && f.tlsKey == "":
		return nil, nil
	case f.tlsCert == "" || f.tlsKey == "":
		return nil, &usageError{say("error.tls-pair", nil)}
	case f.caOut != "":
		return nil, &usageError{say("error.ca-out-foreign", nil)}
	}
	read := func() (*tls.Certificate, error) {
		pair, err := tls.LoadX509KeyPair(f.tlsCert, f.tlsKey)
		return &pair, err
	}
	if _, err := read(); err != nil {
		return nil, &failure{say("error.certificate", phrases.Args{"error": phrases.Clean(err.Error())})}
	}
	return read, nil
}

// writeCA puts the lab's CA certificate where other programs can be told to trust it.
func (f serveFlags) writeCA(pem []byte) error {
	if f.caOut == "" {
		return nil
	}
	if err := os.WriteFile(f.caOut, pem, 0o644); err != nil {
		return &failure{say("error.ca-out", phrases.Args{"file": phrases.Clean(f.caOut), "error": phrases.Clean(err.Error())})}
	}
	return nil
}

// giveTokens gives accounts the OAuth tokens of --token NAME:TOKEN.
func (f serveFlags) giveTokens(users []mockserver.User) error {
	for _, t := range f.tokens {
		name, token, ok := strings.Cut(t, ":")
		found := false
		for i := range users {
			if strings.EqualFold(users[i].Name, name) && ok && token != "" {
				users[i].Token, found = token, true
			}
		}
		if !found {
			return &usageError{say("error.token", phrases.Args{"value": phrases.Clean(name)})}
		}
	}
	return nil
}
