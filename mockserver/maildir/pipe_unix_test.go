//go:build unix

package maildir_test

import (
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestAPipeIsNoMail: to open one waits for who writes into it.
func TestAPipeIsNoMail(t *testing.T) {
	d, root := open(t)
	require.NoError(t, syscall.Mkfifo(filepath.Join(root, "new", "1.pipe.host"), 0o600))
	assert.Empty(t, list(t, d))
}
