package mockserver

import (
	"context"
	"io"
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
	content body
	queued  *queuedMail // where it is on disk; nil when it is in memory
	arrived time.Time
	domain  string
	rcpts   []addressee // who is still to be served; the parcel's goroutine alone changes it
	untold  []outcomeOf // what the sender could not be told yet; the same

	// Guarded by the queue's mu, and changed by the parcel's goroutine alone:
	tries   int
	next    time.Time     // of the next try; zero while one goes on
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
	turn chan struct{} // holds one for each try that goes on

	mu      sync.Mutex // guards what follows
	closed  bool
	parcels map[*parcel]struct{}
}

// triesAtOnce is how many mails are being sent at the same time. After a restart a whole queue may be due, and
// must not take all of the other server's connections.
const triesAtOnce = 20

func newQueue() *queue {
	ctx, stop := context.WithCancel(context.Background())
	return &queue{ctx: ctx, stop: stop, idle: make(chan struct{}), turn: make(chan struct{}, triesAtOnce), parcels: map[*parcel]struct{}{}}
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

// consignment is a mail for other servers: one parcel for each domain.
type consignment struct{ parcels []*parcel }

// hold makes a mail for other servers safe, without sending it: that begins with sendOff.
func (l *Lab) hold(mail *parcel, m *Message) (*consignment, error) {
	c := &consignment{mail.split()}
	if l.disk == nil {
		for _, p := range c.parcels {
			p.content = memoryBody(m.Content)
		}
		return c, nil
	}
	q, err := l.disk.keepQueued(m, c.parcels)
	if err != nil {
		return nil, err
	}
	for _, p := range c.parcels {
		p.queued, p.content = q, q.body()
	}
	return c, nil
}

// split makes one parcel for each domain.
func (p *parcel) split() []*parcel {
	byDomain := map[string]*parcel{}
	var out []*parcel
	for _, a := range p.rcpts {
		d := strings.ToLower(strings.TrimSuffix(a.path.Domain, "."))
		if byDomain[d] == nil {
			part := *p
			part.domain, part.rcpts = d, nil
			byDomain[d] = &part
			out = append(out, &part)
		}
		byDomain[d].rcpts = append(byDomain[d].rcpts, a)
	}
	return out
}

// drop gives up a mail that nobody was promised. A nil consignment has none.
func (c *consignment) drop() error {
	if c == nil || c.parcels[0].queued == nil {
		return nil
	}
	return c.parcels[0].queued.remove()
}

// sendOff starts the way of a mail. A nil consignment has none.
func (l *Lab) sendOff(c *consignment) {
	if c == nil {
		return
	}
	for _, p := range c.parcels {
		l.dispatch(p)
	}
}

// resume starts the way of what an earlier process has left in the queue.
func (l *Lab) resume() {
	for _, q := range l.left {
		parcels, err := q.parcels()
		if err != nil {
			continue // it could be read a moment ago
		}
		l.sendOff(&consignment{parcels})
	}
	l.left = nil
}

// dispatch starts a parcel's way.
func (l *Lab) dispatch(p *parcel) {
	q := l.queue
	q.mu.Lock()
	if q.ctx.Err() != nil {
		q.mu.Unlock()
		return
	}
	p.waiting, p.hurry = addressesOf(p.rcpts), make(chan struct{}, 1)
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
	for try := p.tries; l.due(p); try++ {
		if len(p.rcpts) == 0 { // all that is left is a report that could not be kept
			l.settle(p, nil, try)
		} else {
			outcomes := l.attempt(p)
			if p.gone.Err() != nil {
				return
			}
			l.settle(p, outcomes, try)
		}
		if len(p.rcpts) == 0 && len(p.untold) == 0 {
			return
		}
	}
}

// attempt tries once, when it is the parcel's turn.
func (l *Lab) attempt(p *parcel) []outcomeOf {
	select {
	case l.queue.turn <- struct{}{}:
		defer func() { <-l.queue.turn }()
		return l.deliverAway(p.gone, p)
	case <-p.gone.Done():
		return nil
	}
}

// due waits for the time of a parcel's next try, and reports whether there is to be one.
func (l *Lab) due(p *parcel) bool {
	if p.next.IsZero() {
		return true
	}
	// The clock may have been set back since the time was written down.
	wait := min(p.next.Sub(l.cfg.Now()), max(l.pauseAfter(p.tries-1), reportPause))
	if wait > 0 {
		select {
		case <-l.cfg.After(wait):
		case <-p.hurry:
		case <-p.gone.Done():
			return false
		case <-l.queue.idle:
			return false
		}
	}
	l.queue.mu.Lock()
	p.next = time.Time{}
	l.queue.mu.Unlock()
	return true
}

// pauseAfter is how long a mail waits after a try, counted from 0; there is none after the last.
func (l *Lab) pauseAfter(try int) time.Duration {
	if try >= len(l.cfg.Retry) {
		return 0
	}
	return l.cfg.Retry[max(try, 0)]
}

// settle looks at what a try led to: who is served, who is given up, who waits on.
func (l *Lab) settle(p *parcel, outcomes []outcomeOf, try int) {
	last := try >= len(l.cfg.Retry)
	var waiting []addressee
	var tell []outcomeOf
	trouble := ""
	for _, o := range outcomes {
		switch {
		case o.action == actionRelayed:
			l.tell(protocol.KindRelayed, p, []addressee{o.addressee}, o.remote, "")
			if !o.passed && o.wants(protocol.NotifySuccess) {
				tell = append(tell, o)
			}
		case o.action == actionFailed || last:
			if o.action == actionDelayed {
				o.action, o.status = actionFailed, "4.4.7" // RFC 3463 §3.5
			}
			l.tell(protocol.KindBounced, p, []addressee{o.addressee}, o.remote, o.diagnostic)
			if o.wants(protocol.NotifyFailure) {
				tell = append(tell, o)
			}
		default:
			trouble = o.diagnostic
			waiting = append(waiting, o.addressee)
			l.tell(protocol.KindDeferred, p, []addressee{o.addressee}, o.remote, o.diagnostic)
			if try == 0 && o.wants(protocol.NotifyDelay) {
				tell = append(tell, o)
			}
		}
	}
	l.queue.mu.Lock()
	p.rcpts, p.waiting, p.trouble, p.next = waiting, addressesOf(waiting), trouble, time.Time{}
	p.tries = try + 1
	if waiting != nil {
		p.next = l.cfg.Now().Add(l.pauseAfter(try))
	}
	l.queue.mu.Unlock()
	if l.conclude(p, tell); len(p.untold) > 0 && waiting == nil {
		l.queue.mu.Lock()
		p.next = l.cfg.Now().Add(reportPause)
		l.queue.mu.Unlock()
	}
}

// reportPause is how long a report waits that could not be kept.
const reportPause = time.Minute

// conclude tells the sender, and only then writes down what is settled: a mail whose report is lost would be
// lost without a word. So an interruption between the two tells twice.
func (l *Lab) conclude(p *parcel, tell []outcomeOf) {
	p.untold = append(p.untold, tell...)
	err := l.report(p, p.untold)
	if err == nil {
		p.untold = nil
		if p.queued != nil {
			err = p.queued.update(p)
		}
	}
	l.unsaved(p, err)
}

// unsaved notices that something about a mail could not be written down, if it could not.
func (l *Lab) unsaved(p *parcel, err error) {
	if err != nil {
		l.notifyAlone(Notice{Kind: NoticeUnsaved, Message: p.id, Why: err.Error()})
	}
}

// first is the beginning of the content, as much of it as can be read.
func (p *parcel) first(octets int) []byte {
	r, err := p.content.open()
	if err != nil {
		return nil
	}
	defer r.Close()
	content, _ := io.ReadAll(io.LimitReader(r, int64(octets)))
	return content
}

// tell emits what became of recipients.
func (l *Lab) tell(k protocol.Kind, p *parcel, rcpts []addressee, host, why string) {
	for _, a := range rcpts {
		l.emit(protocol.Event{
			Kind: k, Message: p.id, From: p.from.String(), Name: a.path.String(), Host: host, Arg: why, Count: p.tries,
		})
	}
}
