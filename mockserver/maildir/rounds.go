package maildir

import "sync"

// rounds gathers what is asked while a round runs into the next one, so that many who ask at once share
// the costly part. A round begins after all that it serves were asked.
type rounds[T any] struct {
	turn sync.Mutex // held while a round runs
	mu   sync.Mutex // guards next
	next *round[T]  // the round that waits for its turn
}

type round[T any] struct {
	asked []T
	done  chan struct{}
}

// do returns when a round has served what is asked. The one who asks first runs it for all.
func (g *rounds[T]) do(what T, serve func([]T)) {
	g.mu.Lock()
	r := g.next
	if r != nil {
		r.asked = append(r.asked, what)
		g.mu.Unlock()
		<-r.done
		return
	}
	r = &round[T]{asked: []T{what}, done: make(chan struct{})}
	g.next = r
	g.mu.Unlock()

	g.turn.Lock()
	defer g.turn.Unlock()
	g.mu.Lock()
	g.next = nil // who comes from now on is too late for this round
	g.mu.Unlock()
	defer close(r.done)
	serve(r.asked)
}
