package explain

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"maillab/protocol"
)

// readAtStart names the data files that were read before anybody asked for anything.
var readAtStart = func() (names []string) {
	for _, s := range shelves {
		if s.data != nil {
			names = append(names, s.file)
		}
	}
	return names
}()

// TestStartReadsNoData: a program that explains nothing pays nothing for the knowledge.
func TestStartReadsNoData(t *testing.T) { assert.Empty(t, readAtStart) }

// TestAllocationsOfATypicalReply: they depend on the reply alone, so that no amount of
// knowledge changes them. The bounds are what is needed today and a little more.
func TestAllocationsOfATypicalReply(t *testing.T) {
	for _, c := range []struct {
		line, reply string
		most        float64
	}{
		{"", "220 mail.lab.test ESMTP Postfix", 25},
		{"RCPT TO:<b@lab.test>", "250 2.1.5 Ok", 20},
		{"RCPT TO:<x@lab.test>", "550 5.1.1 <x@lab.test>: Recipient address rejected: User unknown", 40},
		{".", "250 2.0.0 Ok: queued as C0B409CA973", 35},
	} {
		ctx, r := ContextAfter(protocol.SMTP, c.line, c.reply)
		Reply(ctx, r) // the first reads the data files
		assert.LessOrEqual(t, testing.AllocsPerRun(100, func() { Reply(ctx, r) }), c.most, c.reply)
	}
}
