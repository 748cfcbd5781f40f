package protocol_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"maillab/protocol"
)

func TestFormOfContent(t *testing.T) {
	for want, contents := range map[protocol.Form][]string{
		protocol.FormWhole: {
			"From: me\n\ntext", "From: me\nTo: you\n\n\ntext\n", "Subject : old space\n\nx", "Subject: a\n b\n\tc\n\nx", "X-a/b: 1\n\n.x",
		},
		protocol.FormHeadless:    {"", "Hello", "\nHello", " From: me\n\nx", "Subject hi\n\nx", ": x\n\nx", "主题：你好\n\nx"},
		protocol.FormFullWidth:   {"From： me\nTo: you\n\ntext", "From: me\nSubject：x\n\ntext", "From ： me"},
		protocol.FormUnseparated: {"From: me\nTo: you\nno blank line here", "From: me\nSubject: x\nquit\n", "a: b\nc\n\nd"},
		protocol.FormBodiless:    {"From: me", "From: me\n", "From: me\n\n", "From: me\n\n\n\n"},
	} {
		for _, c := range contents {
			assert.Equal(t, want, protocol.FormOf([]byte(strings.ReplaceAll(c, "\n", "\r\n"))), "%q", c)
		}
	}
}
