package lab

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"maillab/lessons"
	"maillab/mockserver"
	"maillab/protocol"
)

// TestALessonsServersArePutBack: what a lesson wants of the servers lasts as long as the lesson.
func TestALessonsServersArePutBack(t *testing.T) {
	n, err := mockserver.Start(mockserver.Config{Listeners: []mockserver.Listener{}, Alone: true, Faults: []string{"slow"}, Personas: []string{"exchange", "qmail"}})
	require.NoError(t, err)
	defer n.Close()
	s := New(Config{Network: n})
	putBack, err := s.setUp(&lessons.Lesson{Persona: []string{"gmail"}, Faults: []string{"greylist"}})
	require.NoError(t, err)
	assert.Equal(t, "gmail", n.Persona(protocol.POP3))
	assert.Equal(t, []string{"greylist:30s,*"}, n.FaultsOn())
	putBack()
	assert.Equal(t, "qmail", n.Persona(protocol.SMTP))
	assert.Equal(t, "exchange", n.Persona(protocol.POP3))
	assert.Equal(t, []string{"slow:2s"}, n.FaultsOn())
	_, err = s.setUp(&lessons.Lesson{Persona: []string{"lotus"}})
	require.Error(t, err)
	_, err = s.setUp(&lessons.Lesson{Faults: []string{"plague"}})
	require.Error(t, err)
	assert.Equal(t, "qmail", n.Persona(protocol.SMTP))
}
