package mockserver

import (
	"io"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestCrew(t *testing.T) {
	var order []int
	one := newCrew(1)
	for i := range 100 {
		require.NoError(t, one.do(func() error { order = append(order, i); return nil }))
	}
	require.NoError(t, one.wait())
	require.Len(t, order, 100)
	assert.IsIncreasing(t, order, "one place keeps the order")

	several := newCrew(2)
	first, second := make(chan struct{}), make(chan struct{})
	require.NoError(t, several.do(func() error { close(first); <-second; return nil }))
	require.NoError(t, several.do(func() error { <-first; close(second); return io.ErrClosedPipe }), "side by side")
	require.ErrorIs(t, several.wait(), io.ErrClosedPipe)
	require.ErrorIs(t, several.do(func() error { t.Error("not begun"); return nil }), io.ErrClosedPipe)
}
