package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestReferenceIsCurrent(t *testing.T) {
	for _, d := range pages {
		got, err := os.ReadFile(filepath.Join("..", "..", d.path))
		require.NoError(t, err)
		// A checkout on Windows may have its own line endings.
		text := strings.ReplaceAll(string(got), "\r\n", "\n")
		assert.Equal(t, string(d.page()), text, "%s is out of date: run `go run ./internal/reference`", d.path)
	}
}

func TestEveryTextHasBothLanguages(t *testing.T) {
	w := newWriter("en")
	require.NotEmpty(t, w.texts)
	for key, text := range w.texts {
		assert.NotEmpty(t, text.EN, key)
		assert.NotEmpty(t, text.ZH, key)
	}
}
