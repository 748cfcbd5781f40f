package explain_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"maillab/explain"
)

func TestSearch(t *testing.T) {
	for pattern, want := range map[string]struct{ has, hasNot []string }{
		"250":           {[]string{"smtp.250", "smtp.250.EHLO", "smtp.250.RCPT"}, []string{"smtp.251"}},
		"25x":           {[]string{"smtp.250", "smtp.251", "smtp.252"}, []string{"smtp.250.RCPT", "smtp.220"}},
		"25X":           {[]string{"smtp.250"}, nil},
		"4xx":           {[]string{"smtp.421", "smtp.450", "smtp.452"}, []string{"smtp.550"}},
		"450-452":       {[]string{"smtp.450", "smtp.451", "smtp.452"}, []string{"smtp.421", "smtp.454"}},
		"421,550":       {[]string{"smtp.421", "smtp.550"}, []string{"smtp.450"}},
		"334 5.7.8":     {[]string{"smtp.334", "5.7.8"}, []string{"5.7.9"}},
		"5.7.1":         {[]string{"5.7.1"}, []string{"5.7.2"}},
		"5.7":           {[]string{"5.7.1", "5.7.8", "5.7.26"}, []string{"5.1.1", "4.7.1"}},
		"5.7.x":         {[]string{"5.7.1", "5.7.26"}, []string{"5.1.1"}},
		"x.7.1":         {[]string{"X.7.1"}, []string{"5.7.1"}},
		"4.4.x":         {[]string{"4.4.1", "4.4.7"}, []string{"5.4.1"}},
		"STARTTLS":      {[]string{"STARTTLS", "smtp.STARTTLS"}, nil},
		"[SYS/TEMP]":    {[]string{"SYS/TEMP"}, nil},
		"sys/temp":      {[]string{"SYS/TEMP"}, nil},
		"+OK":           {[]string{"pop3.+OK"}, nil},
		"-ERR":          {[]string{"pop3.-ERR"}, nil},
		"RCPT TO:<a@b>": {[]string{"smtp.RCPT"}, nil},
		"RCPT 550":      {[]string{"smtp.550", "smtp.RCPT"}, nil},
		"ehlo 250":      {[]string{"smtp.250.EHLO"}, nil},
		"queue id":      {nil, nil},
		"授权码":           {nil, nil},
		"full mailbox":  {nil, nil},
	} {
		keys := map[string]bool{}
		found := explain.Search("", pattern)
		for _, e := range found {
			keys[e.Key] = true
		}
		assert.NotEmpty(t, found, pattern)
		for _, k := range want.has {
			assert.True(t, keys[k], "%s lacks %s: %v", pattern, k, keys)
		}
		for _, k := range want.hasNot {
			assert.False(t, keys[k], "%s has %s", pattern, k)
		}
	}
	for _, nothing := range []string{"", "   ", "nonsenseword", "9.9.9", "x.y", "1.2.3.4"} {
		assert.Empty(t, explain.Search("", nothing), nothing)
	}
}
