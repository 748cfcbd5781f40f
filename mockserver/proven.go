package mockserver

import (
	"crypto/hmac"
	"crypto/sha256"
	"sync"
)

// proven remembers the passwords that have been shown to be right, so that a mail program that looks every
// minute does not cost the thousands of rounds of accounts.go each time. It holds no password, only a hash
// that is of no use in another run. The zero value remembers nothing.
type proven struct {
	key sync.Once
	own []byte // of this run

	mu    sync.Mutex // guards what follows
	known map[string][sha256.Size]byte
}

func (p *proven) hash(user, password string) (out [sha256.Size]byte) {
	p.key.Do(func() { p.own = random(sha256.Size) })
	h := hmac.New(sha256.New, p.own)
	_, _ = h.Write([]byte(user + "\x00" + password))
	h.Sum(out[:0])
	return out
}

// holds reports whether the user's password was right before.
func (p *proven) holds(user, password string) bool {
	sum := p.hash(user, password)
	p.mu.Lock()
	defer p.mu.Unlock()
	known, ok := p.known[user]
	return ok && hmac.Equal(known[:], sum[:])
}

// remember notes a password that is right; there is one for each user.
func (p *proven) remember(user, password string) {
	sum := p.hash(user, password)
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.known == nil {
		p.known = map[string][sha256.Size]byte{}
	}
	p.known[user] = sum
}
