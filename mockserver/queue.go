package mockserver

import (
	"context"
	"sort"
	"strings"
	"sync"
	"time"

	"maillab/protocol"
)

// parcel is a mail for one other domain that waits in the queue.
type parcel struct {
	id      string
	from    protocol.Path
	wishes  wishes
	content []byte
	arrived time.Time
	domain  string
	rcpts   []addressee // who is still to be served; the parcel's goroutine alone changes it

	// Guarded by the queue's mu:
	tries   int
	next    time.Time
	trouble string        // why the last try failed
	waiting []string      // the addresses of rcpts
	hurry   chan struct{} // ETRN: do not wait any longer

	gone    context.Context // ends when the parcel is thrown away
	discard context.CancelFunc
}

// queue holds the mail that is on its way to another server. Each parcel has a goroutine.
type queue struct {
	ctx  context.Context // ends when the lab is closed: tries are broken off
	stop context.CancelFunc
	idle chan struct{} // closed when a shutdown begins: nothing waits for another try

	mu      sync.Mutex // guards what follows
	closed  bool
	parcels map[*parcel]struct{}
}

func newQueue() *queue {
	ctx, stop := context.WithCancel(context.Background())
	return &queue{ctx: ctx, stop: stop, idle: make(chan struct{}), parcels: map[*parcel]struct{}{}}
}

func (q *queue) full(limit int) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.parcels) >= limit
}

// rest lets nothing wait any longer; what is being sent goes on.
func (q *queue) rest() {
	q.mu.Lock()
	defer q.mu.Unlock()
	if !q.closed {
		q.closed = true
		close(q.idle)
	}
}

// hurry starts the next try of a domain's mail now, and returns how many there are.
func (q *queue) hurry(domain string) int {
	q.mu.Lock()
	defer q.mu.Unlock()
	n := 0
	for p := range q.parcels {
		if strings.EqualFold(p.domain, strings.TrimSuffix(domain, ".")) {
			n++
			select {
			case p.hurry <- struct{}{}:
			default: // it hurries already
			}
		}
	}
	return n
}

// empty throws away what waits.
func (q *queue) empty() {
	q.mu.Lock()
	defer q.mu.Unlock()
	for p := range q.parcels {
		p.discard()
	}
}

// Waiting is a mail in the queue, for people to look at.
type Waiting struct {
	ID      string
	From    string
	To      []string
	Arrived time.Time
	Tries   int
	Next    time.Time // of the next try; zero while one goes on
	Trouble string    // what the last try led to, as the server put it
	Server  string    // in whose queue it is
}

// Queue lists what waits in the queues of the lab, oldest first.
func (l *Lab) Queue() []Waiting {
	out := l.queue.list(l.hostOf(services[0]))
	if l.neighbour != nil {
		out = append(out, l.neighbour.Queue()...)
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].Arrived.Before(out[j].Arrived) })
	return out
}

func (q *queue) list(host string) []Waiting {
	q.mu.Lock()
	defer q.mu.Unlock()
	var out []Waiting
	for p := range q.parcels {
		out = append(out, Waiting{
			ID: p.id, From: p.from.String(), To: p.waiting, Arrived: p.arrived, Tries: p.tries,
			Next: p.next, Trouble: p.trouble, Server: host,
		})
	}
	sort.Slice(out, func(i, j int) bool { return out[i].ID < out[j].ID })
	return out
}

// post takes a mail into the queue, one parcel for each domain.
func (l *Lab) post(mail *parcel) {
	byDomain := map[string][]addressee{}
	var order []string
	for _, a := range mail.rcpts {
		d := strings.ToLower(strings.TrimSuffix(a.path.Domain, "."))
		if byDomain[d] == nil {
			order = append(order, d)
		}
		byDomain[d] = append(byDomain[d], a)
	}
	for _, d := range order {
		p := *mail
		p.domain, p.rcpts, p.hurry = d, byDomain[d], make(chan struct{}, 1)
		l.dispatch(&p)
	}
}

// dispatch starts a parcel's way.
func (l *Lab) dispatch(p *parcel) {
	q := l.queue
	q.mu.Lock()
	if q.ctx.Err() != nil {
		q.mu.Unlock()
		return
	}
	p.waiting = addressesOf(p.rcpts)
	p.gone, p.discard = context.WithCancel(q.ctx)
	q.parcels[p] = struct{}{}
	l.wg.Add(1)
	q.mu.Unlock()
	l.tell(protocol.KindQueued, p, p.rcpts, "", "")
	go func() {
		defer l.wg.Done()
		l.carry(p)
		p.discard()
		q.mu.Lock()
		delete(q.parcels, p)
		q.mu.Unlock()
	}()
}

func addressesOf(rcpts []addressee) []string {
	var out []string
	for _, a := range rcpts {
		out = append(out, a.path.String())
	}
	return out
}

// carry tries until every recipient is served or given up (RFC 5321 §4.5.4.1).
func (l *Lab) carry(p *parcel) {
	for try := 0; ; try++ {
		last := try == len(l.cfg.Retry)
		outcomes := l.deliverAway(p.gone, p)
		if p.gone.Err() != nil {
			return
		}
		l.settle(p, outcomes, last, try)
		if len(p.rcpts) == 0 {
			return
		}
		l.queue.mu.Lock()
		p.next = l.cfg.Now().Add(l.cfg.Retry[try])
		l.queue.mu.Unlock()
		select {
		case <-l.cfg.After(l.cfg.Retry[try]):
		case <-p.hurry:
		case <-p.gone.Done():
			return
		case <-l.queue.idle:
			return
		}
	}
}

// settle looks at what a try led to: who is served, who is given up, who waits on.
func (l *Lab) settle(p *parcel, outcomes []outcomeOf, last bool, try int) {
	var waiting []addressee
	var tell []outcomeOf
	trouble := ""
	for _, o := range outcomes {
		switch {
		case o.action == actionRelayed:
			l.tell(protocol.KindRelayed, p, []addressee{o.addressee}, o.remote, "")
			if !o.passed && o.wants(notifySuccess) {
				tell = append(tell, o)
			}
		case o.action == actionFailed || last:
			if o.action == actionDelayed {
				o.action, o.status = actionFailed, "4.4.7" // RFC 3463 §3.5
			}
			l.tell(protocol.KindBounced, p, []addressee{o.addressee}, o.remote, o.diagnostic)
			if o.wants(notifyFailure) {
				tell = append(tell, o)
			}
		default:
			trouble = o.diagnostic
			waiting = append(waiting, o.addressee)
			l.tell(protocol.KindDeferred, p, []addressee{o.addressee}, o.remote, o.diagnostic)
			if try == 0 && o.wants(notifyDelay) {
				tell = append(tell, o)
			}
		}
	}
	l.queue.mu.Lock()
	p.rcpts, p.waiting, p.trouble, p.next = waiting, addressesOf(waiting), trouble, time.Time{}
	p.tries = try + 1
	l.queue.mu.Unlock()
	l.report(p, tell)
}

// tell emits what became of recipients.
func (l *Lab) tell(k protocol.Kind, p *parcel, rcpts []addressee, host, why string) {
	for _, a := range rcpts {
		l.emit(protocol.Event{
			Kind: k, Message: p.id, From: p.from.String(), Name: a.path.String(), Host: host, Arg: why, Count: p.tries,
		})
	}
}
