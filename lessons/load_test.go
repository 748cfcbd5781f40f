package lessons_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"maillab/lessons"
)

func TestBuiltinLoads(t *testing.T) {
	lib, err := lessons.Builtin()
	require.NoError(t, err)
	require.NotEmpty(t, lib.Lessons())
}
