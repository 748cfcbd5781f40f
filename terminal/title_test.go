package terminal

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestTitle(t *testing.T) {
	var at title
	mark := at.since()
	at.propose("smtp C:", mark)
	assert.Equal(t, "smtp C:", at.get())

	// The connection closed between looking where the learner stands and reading the line.
	mark = at.since()
	assert.True(t, at.set("maillab>"))
	at.propose("smtp closed C:", mark)
	assert.Equal(t, "maillab>", at.get())
	assert.False(t, at.set("maillab>"), "the same again")
}
