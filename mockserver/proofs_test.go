package mockserver

import (
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestProofsRememberTheRightPasswordOnly(t *testing.T) {
	p := newProofs()
	asked := 0
	check := func(right bool) func() bool { return func() bool { asked++; return right } }
	assert.False(t, p.slowly("Anna", "x", check(false)))
	assert.False(t, p.knows("anna", "x"))
	assert.True(t, p.slowly("Anna", "y", check(true)))
	assert.True(t, p.knows("anna", "y"), "in any letter case of the name")
	assert.False(t, p.knows("anna", "Y"))
	assert.False(t, p.knows("ben", "y"))
	assert.True(t, p.slowly("anna", "z", check(true)))
	assert.False(t, p.knows("anna", "y"), "one password an account")
	assert.Equal(t, 3, asked)
}

// TestProofsTakeTurns: however many ask, few checks run at once.
func TestProofsTakeTurns(t *testing.T) {
	p := newProofs()
	var now, most atomic.Int32
	var wg sync.WaitGroup
	for range 200 {
		wg.Go(func() {
			p.slowly("anna", "x", func() bool {
				n := now.Add(1)
				for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
				}
				now.Add(-1)
				return false
			})
		})
	}
	wg.Wait()
	assert.LessOrEqual(t, int(most.Load()), cap(p.turns))
}
