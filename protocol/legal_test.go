package protocol_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"maillab/protocol"
)

// TestExtensionsAreOfferedWhenAnnounced: a command of an extension is among what may be said now when the
// server's list has it, or while there is no list; what RFC 5321 and RFC 1939 demand always is.
func TestExtensionsAreOfferedWhenAnnounced(t *testing.T) {
	for name, c := range map[string]struct {
		protocol   protocol.Protocol
		turns      [][2]string // line and answer
		has, lacks string
	}{
		"everything": {protocol.SMTP, [][2]string{{"EHLO x", "250-a\r\n250-starttls\r\n250-AUTH=LOGIN\r\n250-ETRN\r\n250 CHUNKING"}}, "STARTTLS AUTH ETRN MAIL VRFY", ""},
		"nothing":    {protocol.SMTP, [][2]string{{"EHLO x", "250-a\r\n250 SIZE 10"}}, "MAIL VRFY EXPN HELP", "STARTTLS AUTH ETRN"},
		"no list":    {protocol.SMTP, [][2]string{{"EHLO x", "250 a"}}, "STARTTLS AUTH ETRN MAIL", ""},
		"chunks":     {protocol.SMTP, [][2]string{{"EHLO x", "250-a\r\n250 SIZE 10"}, {"MAIL FROM:<a@b>", "250 ok"}, {"RCPT TO:<a@b>", "250 ok"}}, "DATA RCPT", "BDAT"},
		"a new list": {protocol.SMTP, [][2]string{{"EHLO x", "250-a\r\n250 SIZE 10"}, {"EHLO x", "250-a\r\n250 ETRN"}}, "ETRN", "AUTH"},
		"HELO":       {protocol.SMTP, [][2]string{{"EHLO x", "250-a\r\n250 ETRN"}, {"HELO x", "250 a"}}, "MAIL", "AUTH STARTTLS ETRN"},
		"no CAPA":    {protocol.POP3, nil, "USER AUTH STLS UTF8 LANG CAPA", "APOP"},
		"CAPA":       {protocol.POP3, [][2]string{{"CAPA", "+OK\r\nUIDL\r\nSASL PLAIN\r\n."}}, "USER AUTH CAPA", "STLS UTF8 LANG APOP"},
		"short CAPA": {protocol.POP3, [][2]string{{"CAPA", "+OK\r\nUIDL\r\n."}, {"USER a", "+OK"}, {"PASS b", "+OK"}}, "UIDL TOP STAT LIST RETR", ""},
		"refused":    {protocol.POP3, [][2]string{{"CAPA", "-ERR what"}}, "USER AUTH STLS", ""},
		"after STLS": {protocol.POP3, [][2]string{{"CAPA", "+OK\r\nSTLS\r\n."}, {"STLS", "+OK"}}, "USER AUTH UTF8", "STLS"},
	} {
		m := protocol.NewMachine(c.protocol)
		m.Heard(protocol.ParseReply(c.protocol, map[protocol.Protocol]string{protocol.SMTP: "220 a", protocol.POP3: "+OK a"}[c.protocol], false))
		for _, turn := range c.turns {
			m.Said(turn[0])
			m.Heard(protocol.ParseReply(c.protocol, turn[1], strings.HasSuffix(turn[1], "\r\n.")))
		}
		var verbs []string
		for _, r := range m.Legal() {
			verbs = append(verbs, r.Verb)
		}
		for _, verb := range strings.Fields(c.has) {
			assert.Contains(t, verbs, verb, name)
		}
		for _, verb := range strings.Fields(c.lacks) {
			assert.False(t, slices.Contains(verbs, verb), "%s: %s in %v", name, verb, verbs)
		}
	}
}
