package lab

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"unicode/utf8"

	"maillab/phrases"
	"maillab/protocol"
)

// ErrNoAnswer is returned by Front.Ask when the learner breaks off.
var ErrNoAnswer = errors.New("lab: no answer")

// Base64 is the base64 command, for the command line too: without an argument it
// asks for a user name and a password as the handout's tool does.
func (s *Shell) Base64(ctx context.Context, arg string) error { return runBase64(ctx, s, arg) }

func runBase64(ctx context.Context, s *Shell, arg string) error {
	word, text, _ := strings.Cut(arg, " ")
	switch strings.ToLower(word) {
	case "":
		return s.base64Ask(ctx)
	case wordEncode:
		return s.base64Encode(text)
	case "decode":
		return s.base64Decode(text)
	}
	return trouble("base64.usage", phrases.Args{"word": phrases.Clean(word)})
}

func (s *Shell) base64Ask(ctx context.Context) error {
	user, err := s.cfg.Front.Ask(ctx, Say("base64.ask-user", nil), false)
	if err != nil {
		return trouble("base64.broken-off", nil)
	}
	password, err := s.cfg.Front.Ask(ctx, Say("base64.ask-password", nil), true)
	if err != nil {
		return trouble("base64.broken-off", nil)
	}
	row := func(key, value string) []phrases.Text { return []phrases.Text{Say(key, nil), plain(value)} }
	for _, word := range []string{user, password} {
		if s.isPublic(word) {
			s.Sink(protocol.Event{Kind: protocol.KindCommand, Name: "base64", Arg: wordEncode + " " + word})
		}
	}
	s.show(Block{Kind: Table, Rows: [][]phrases.Text{
		row("base64.user", protocol.EncodeBase64([]byte(user))),
		row("base64.password", protocol.EncodeBase64([]byte(password))),
		row("base64.plain", protocol.PlainMessage{User: user, Password: password}.Encode()),
	}}, Block{Kind: Note, Text: Say("base64.no-secret", nil)})
	return nil
}

// wordEncode is the word of the base64 command for the way there.
const wordEncode = "encode"

// aboutBase64 tells what was encoded where it is no secret.
func aboutBase64(s *Shell, arg string, e *protocol.Event) {
	if way, text, _ := strings.Cut(arg, " "); strings.EqualFold(way, wordEncode) && s.isPublic(text) {
		e.Arg = wordEncode + " " + text
	}
}

// isPublic reports whether a word is a name or a password of the lab's own accounts, which the lab
// shows to everybody.
func (s *Shell) isPublic(word string) bool {
	if s.cfg.Network == nil || word == "" {
		return false
	}
	for _, l := range labs(s.cfg.Network) {
		for _, u := range l.Users() {
			if word == u.Name || word == u.Password {
				return true
			}
		}
	}
	return false
}

func (s *Shell) base64Encode(text string) error {
	if text == "" {
		return trouble("base64.nothing", nil)
	}
	s.show(Block{Kind: Verbatim, Lines: []string{protocol.EncodeBase64([]byte(text))}})
	return nil
}

// base64Decode shows what the text says, and what it is worth when it is no text at all.
func (s *Shell) base64Decode(text string) error {
	text = strings.TrimSpace(text)
	if text == "" {
		return trouble("base64.nothing", nil)
	}
	octets, bad := protocol.DecodeBase64(text)
	if bad != nil {
		return Base64Trouble(text, bad)
	}
	if m, ok := protocol.ParsePlain(octets); ok {
		s.show(Block{Kind: Table, Rows: [][]phrases.Text{
			{Say("base64.field.authzid", nil), plain(phrases.Clean(m.Authorize))},
			{Say("base64.field.user", nil), plain(phrases.Clean(m.User))},
			{Say("base64.field.password", nil), plain(phrases.Clean(m.Password))},
		}}, Block{Kind: Note, Text: Say("base64.is-plain", nil)})
		return nil
	}
	s.show(Block{Kind: Verbatim, Lines: strings.Split(strings.TrimSuffix(string(octets), "\n"), "\n")})
	if !utf8.Valid(octets) {
		s.show(Block{Kind: Note, Text: Say("base64.not-text", nil)})
	}
	return nil
}

// Base64Trouble says where the text stops being Base64, with a caret under the place.
func Base64Trouble(text string, bad *protocol.Base64Error) error {
	args := phrases.Args{
		"text": phrases.Clean(text), "position": strconv.Itoa(utf8.RuneCountInString(text[:bad.At]) + 1),
	}
	switch {
	case bad.Unpadded:
		args["padded"] = text + strings.Repeat("=", (4-len(text)%4)%4)
		return trouble("base64.unpadded", args)
	case bad.At >= len(text):
		return trouble("base64.incomplete", args)
	}
	r, n := utf8.DecodeRuneInString(text[bad.At:])
	args["char"] = phrases.Clean(text[bad.At : bad.At+n])
	if r > 0x7e {
		return trouble("base64.not-ascii", args)
	}
	return trouble("base64.bad-char", args)
}
