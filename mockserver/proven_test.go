package mockserver

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestRightPasswordsAreRemembered: as such, and no others with them.
func TestRightPasswordsAreRemembered(t *testing.T) {
	dir := t.TempDir()
	users := []User{{Name: "Anna", Password: "right"}, {Name: "ben", Password: "other"}}
	for _, given := range [][]User{users, nil} { // the second time nobody says the passwords: they are kept as hashes
		cfg := Config{Data: dir, Alone: true, Listeners: []Listener{}, Users: given}
		l, err := Start(cfg)
		require.NoError(t, err)
		for range 3 {
			u, ok := l.checkPassword("anna", "right")
			assert.True(t, ok)
			assert.Equal(t, "Anna", u.Name)
			for _, wrong := range []string{"", "wrong", "Right", "other", "right\x00"} {
				_, ok := l.checkPassword("anna", wrong)
				assert.False(t, ok, wrong)
			}
			_, ok = l.checkPassword("ben", "right")
			assert.False(t, ok)
			_, ok = l.checkPassword("nobody", "right")
			assert.False(t, ok)
		}
		require.NoError(t, l.Close())
	}
}
