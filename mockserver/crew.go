package mockserver

import "sync"

// crew does pieces of work side by side, a few at a time.
type crew struct {
	places chan struct{}
	wg     sync.WaitGroup

	mu  sync.Mutex // guards err
	err error      // the first
}

// newCrew makes a crew for so many pieces at once. With one they are done in their order.
func newCrew(places int) *crew { return &crew{places: make(chan struct{}, places)} }

// do begins a piece when there is a place for it, and returns the first error of those done so far: then the piece
// is not begun.
func (c *crew) do(work func() error) error {
	c.places <- struct{}{}
	if err := c.failed(); err != nil {
		<-c.places
		return err
	}
	c.wg.Go(func() {
		err := work()
		c.mu.Lock()
		if c.err == nil {
			c.err = err
		}
		c.mu.Unlock()
		<-c.places
	})
	return nil
}

func (c *crew) failed() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.err
}

// wait lets all work end and returns the first error.
func (c *crew) wait() error {
	c.wg.Wait()
	return c.failed()
}
