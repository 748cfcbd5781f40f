package mockserver

import (
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
		protocol.BadParameter, protocol.UnknownParameter, protocol.BadBase64, protocol.Cancelled,
		protocol.LineTooLong, protocol.NulInLine,
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
