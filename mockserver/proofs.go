package mockserver

import (
	"crypto/hmac"
	"crypto/sha256"
	"runtime"
	"strings"
	"sync"
)

// proofs makes passwords of which only slow keys are kept cheap to check again: who has shown the right one
// is remembered as a keyed fast hash, in memory and for this run. What is not remembered, right or wrong,
// takes its turn at few places, so that guessing cannot take the whole machine.
type proofs struct {
	key   []byte        // of this run
	turns chan struct{} // a place for each slow check that may run at once

	mu    sync.Mutex // guards what follows
	shown map[string][sha256.Size]byte
}

func newProofs() *proofs {
	return &proofs{
		key: random(sha256.Size), turns: make(chan struct{}, max(1, runtime.GOMAXPROCS(0)/2)),
		shown: map[string][sha256.Size]byte{},
	}
}

func (p *proofs) hash(name, password string) (sum [sha256.Size]byte) {
	mac := hmac.New(sha256.New, p.key)
	mac.Write([]byte(strings.ToLower(name)))
	mac.Write([]byte{0})
	mac.Write([]byte(password))
	return [sha256.Size]byte(mac.Sum(nil))
}

// knows reports whether this password has been shown for an account before, and was right.
func (p *proofs) knows(name, password string) bool {
	sum := p.hash(name, password)
	p.mu.Lock()
	defer p.mu.Unlock()
	known, found := p.shown[strings.ToLower(name)]
	return found && hmac.Equal(known[:], sum[:])
}

// slowly runs a check when it is its turn, and remembers a right password.
func (p *proofs) slowly(name, password string, check func() bool) bool {
	p.turns <- struct{}{}
	right := check()
	<-p.turns
	if right {
		sum := p.hash(name, password)
		p.mu.Lock()
		p.shown[strings.ToLower(name)] = sum
		p.mu.Unlock()
	}
	return right
}
