package maildir

import "sync"

// groupSync shares one sync among all who ask for it while another runs. A caller
// is served by a round that begins after it asked, so what it did before is on disk.
type groupSync struct {
	sync func() error

	turn sync.Mutex // held while a round runs
	mu   sync.Mutex // guards next
	next *round     // the round that waits for its turn
}

type round struct {
	done chan struct{}
	err  error
}

func (g *groupSync) do() error {
	g.mu.Lock()
	r := g.next
	if r != nil {
		g.mu.Unlock()
		<-r.done
		return r.err
	}
	r = &round{done: make(chan struct{})}
	g.next = r
	g.mu.Unlock()

	g.turn.Lock()
	defer g.turn.Unlock()
	g.mu.Lock()
	g.next = nil // who comes from now on is too late for this round
	g.mu.Unlock()
	r.err = g.sync()
	close(r.done)
	return r.err
}
