package mockserver

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"maillab/protocol"
)

// TestEveryRowHasAHandler: what the table lists and does not call obsolete, the servers do.
func TestEveryRowHasAHandler(t *testing.T) {
	for _, r := range protocol.TableOf(protocol.SMTP).Rows {
		_, ok := smtpHandlers[r.Verb]
		assert.Equal(t, !r.Obsolete, ok, r.Verb)
	}
	for _, r := range protocol.TableOf(protocol.POP3).Rows {
		_, ok := pop3Handlers[r.Verb]
		assert.True(t, ok, r.Verb)
	}
}

// TestEveryReasonHasWords: each refusal of the tables is worded, in samples and in sessions.
func TestEveryReasonHasWords(t *testing.T) {
	require.NoError(t, loadBooks())
	for reason := range smtpWords.Refusal {
		assert.NotEmpty(t, protocol.NewFault(protocol.SMTP, reason, "").Code, reason)
	}
	for _, reason := range []protocol.Reason{
		protocol.UnknownVerb, protocol.NotImplemented, protocol.OutOfOrder, protocol.NeedsESMTP, protocol.NeedsAuth,
		protocol.AlreadyAuth, protocol.MissingArgument, protocol.ExtraArgument, protocol.MissingKeyword,
		protocol.MissingColon, protocol.SpaceBeforeColon, protocol.MissingBrackets, protocol.UnclosedBracket,
		protocol.EmptyPath, protocol.BadAddress, protocol.TooLongLocal, protocol.TooLongDomain, protocol.BadDomain,
		protocol.BadParameter, protocol.UnknownParameter, protocol.BadValue, protocol.RepeatedParameter, protocol.BadBase64, protocol.Cancelled,
		protocol.LineTooLong, protocol.NulInLine, protocol.TooLongPath, protocol.NeedsUTF8,
	} {
		assert.Contains(t, smtpWords.Refusal, reason)
	}
	for _, reason := range []protocol.Reason{
		protocol.UnknownVerb, protocol.OutOfOrder, protocol.NoTimestamp, protocol.MissingArgument,
		protocol.ExtraArgument, protocol.BadNumber, protocol.BadDigest, protocol.BadParameter,
		protocol.BadBase64, protocol.Cancelled, protocol.LineTooLong, protocol.NulInLine,
	} {
		assert.Contains(t, pop3Words.Refusal, reason)
	}
}

// TestEnhancedCodesEverywhere: RFC 2034 §4 wants one on every 2yz, 4yz and 5yz but the greeting and
// the answers to HELO and EHLO.
func TestEnhancedCodesEverywhere(t *testing.T) {
	require.NoError(t, loadBooks())
	without := []string{"greeting", "ehlo", "helo"}
	for _, s := range sayingsOf(&smtpWords.Reply) {
		switch {
		case s.Code[0] == '3', slices.Contains(without, s.key):
			assert.Empty(t, s.Enhanced, s.key)
		default:
			assert.Regexp(t, "^"+s.Code[:1]+`\.\d{1,3}\.\d{1,3}$`, s.Enhanced, s.key)
		}
	}
}

// TestEveryKeywordWorks: what EHLO lists is a command with a handler or has a parameter, or is shown
// to work by the test named here.
func TestEveryKeywordWorks(t *testing.T) {
	require.NoError(t, loadBooks())
	proved := map[string]string{
		"8BITMIME": "smtp-limits.txt", "PIPELINING": "smtp-pipelining.txt", "CHUNKING": "smtp-chunking.txt",
		"DSN": "TestSuccessIsToldWhenAsked", "ENHANCEDSTATUSCODES": "TestEnhancedCodesEverywhere", "LIMITS": "smtp-recipients.txt",
	}
	for _, line := range smtpWords.Reply.Ehlo.lines(nil)[1:] {
		word, _, _ := strings.Cut(line, " ")
		word = strings.ToUpper(strings.Trim(word, "{}")) // a place is named after its keyword
		parameter := protocol.HasParameter(word)
		_, handler := smtpHandlers[word]
		assert.True(t, parameter || handler || proved[word] != "", "EHLO lists %s, which nothing does", word)
	}
}
