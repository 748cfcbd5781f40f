package explain_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"maillab/explain"
)

func TestStandards(t *testing.T) {
	for ref, want := range map[string]string{
		"RFC 5321 §4.2.4; observed: postfix": "RFC 5321 §4.2.4",
		"provider texts":                     "",
		"RFC 4954 §4; RFC 4616":              "RFC 4954 §4; RFC 4616",
		"IANA POP3 registry":                 "IANA POP3 registry",
	} {
		assert.Equal(t, want, explain.Standards(ref), ref)
	}
}
