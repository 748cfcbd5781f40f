package mockserver

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"maillab/protocol"
)

// Config says what lab to start. The zero value is the lab of the lessons: domain lab.test,
// the two accounts, eleven letters for fpwjp, one listener of each service on a free port.
type Config struct {
	// Domain the lab receives mail for; "" means "lab.test".
	Domain string
	// Users who have a mailbox; nil means jspdevelop and fpwjp. With Data, whoever was a user before
	// stays one, and nil means just those, if there are any.
	Users []User
	// Empty leaves the eleven letters out of fpwjp's mailbox.
	Empty bool
	// Listeners to open; nil means one of each service on a free loopback port.
	Listeners []Listener
	// Data is the folder that keeps mail, as Maildir, and accounts; it is made when it is not there.
	// "" keeps everything in memory. What is queued for another server is kept there too, and the lab's CA.
	Data string
	// Emit gets the events: mail delivered and retrieved, messages removed, maildrop locked and
	// unlocked. It is called from many goroutines, before the reply that tells the client. nil means none.
	Emit protocol.Sink
	// Notify gets what the servers' keeper wants to know: connections, replies, logins, mails. It is called from many
	// goroutines and must not block. nil means none.
	Notify func(Notice)
	// Now tells the time of Received fields, ids and events; nil means time.Now.
	Now func() time.Time
	// IdleTimeout is how long a session may say nothing; 0 means 30 minutes (RFC 5321 §4.5.3.2.7
	// wants at least 5, RFC 1939 §3 at least 10).
	IdleTimeout time.Duration
	// AcceptMailFor says of a foreign domain, in lower case, whether mail for it is taken in: it is
	// kept in a mailbox named by the whole address and goes nowhere. nil takes in none.
	AcceptMailFor func(domain string) bool
	// RequireTLS refuses login and mail until TLS runs (530, RFC 3207 §4); NoClearLogin only the ways
	// of login that show the password or token to everybody on the way (538, RFC 4954 §6); StrongLogin
	// the mechanisms that rest on something broken (534).
	RequireTLS, NoClearLogin, StrongLogin bool
	// Certificate gives the server certificate for each handshake; an error makes the servers say that
	// TLS is not available (454). nil means one of the lab's own CA, for every name of the lab.
	Certificate func() (*tls.Certificate, error)
	// AuthorityFile keeps the lab's CA, certificate and key in PEM: it is read, or made when it is not
	// there. "" means one in Data, or without Data none: the CA is in memory.
	AuthorityFile string
	// Limits, each with its own default.
	Limits Limits

	// Alone leaves the second domain out (Lab.Neighbour).
	Alone bool
	// Retry is how long a mail for another domain waits after its first failed try, after its second,
	// and so on; after the last it is given up. nil means 3, 5, 10 and 20 seconds.
	Retry []time.Duration
	// After is the clock of those waits; nil means time.After.
	After func(time.Duration) <-chan time.Time
	// Aliases are local parts, in lower case, each with the user whose mailbox gets its mail.
	Aliases map[string]string
	// Personas that the servers talk like (Personas lists them); nil is the lab's own manner.
	Personas []string
	// Faults that are on from the start, "NAME" or "NAME:ARGUMENTS" (Faults lists them).
	Faults []string
	// Habits are faults that belong to this server: they stay when faults are switched off, and no event
	// tells of them.
	Habits []string
	// NoLogin lets the submission services take mail without a login, as port 25 does.
	NoLogin bool
	// TellUsers lets VRFY and EXPN tell who has a mailbox here. Most servers keep that to themselves
	// (RFC 5321 §7.3), and so does the lab unless told otherwise.
	TellUsers bool
}

// Limits bound what one client can make a server hold. 0 means the default.
type Limits struct {
	Message        int // octets of one message, announced as SIZE (RFC 1870); 10 MiB
	Recipients     int // of one mail (RFC 5321 §4.5.3.1.8 wants at least 100); 1000
	Mailbox        int // octets of one mailbox, over which it takes no more mail; 256 MiB
	Errors         int // refused commands in a row, after which the server hangs up; 50
	Connections    int // at once, all listeners together; 500
	ConnectionsPer int // at once from one address; 500
	Arriving       int // octets that all mails on their way in hold in memory; 256 MiB, or 4 times Message
	Queue          int // mails that wait for another server; 1000
	Commands       int // of one session; 1,000,000

	// Session is how long one may last; 6 hours. Grace and Rate bound what drips in: a line must be whole
	// within Grace of its first piece, and a mail, by DATA or in chunks, must after Grace have come at Rate
	// octets a second since it began; 30 minutes and 1, because people type here by hand.
	Session, Grace time.Duration
	Rate           int
	// BadPassword is how long the answer to a wrong password is held back, from the fourth in a
	// row on from one address; 1 second, and less than 0 is none.
	BadPassword time.Duration
}

// labUsers are the accounts of a lab that was given none.
var labUsers = []User{
	{Name: "jspdevelop", Password: "jsp123", Token: "lab-token-jspdevelop"}, {Name: "fpwjp", Password: "fpw123", Token: "lab-token-fpwjp"},
}

// User is an account of the lab. In memory the password is kept as it is: APOP and CRAM-MD5 cannot do
// with less. With Config.Data only keys made of it are written down.
type User struct {
	Name string
	// Password is "" where only its keys are known.
	Password string
	// Token is what XOAUTH2 and OAUTHBEARER take for the account; "" means that they take nothing.
	Token string
	kept  *account // what is written down of it; nil without Config.Data
}

// Listener is one socket to open.
type Listener struct {
	Service string // "smtp", "submission", "smtps", "pop3" or "pop3s"
	Addr    string // "127.0.0.1:0"; port 0 picks a free one
}

// Lab is a running lab. Its methods may be called from any goroutine.
type Lab struct {
	cfg   Config
	store *store
	disk  *disk         // nil without Config.Data
	left  []*queuedMail // by an earlier process, until they are sent on
	ids   idSource
	// arriving is what mails on their way in hold in memory.
	arriving room
	doors    []door
	queue    *queue

	parent    *Lab // of the second domain: the lab it belongs to
	neighbour *Lab // of the lab: its second domain

	ca          *authority // nil when the certificate comes from outside
	certificate func() (*tls.Certificate, error)
	secret      []byte // for what must not be guessed: of this run, with Config.Data for good
	given       bool   // Config.Users was given
	passwords   bool   // those of all users are known
	proofs      *proofs

	manner atomic.Pointer[manner] // how the servers talk to those who connect from now on
	faults faults                 // what goes wrong on purpose
	guard  guard                  // what is remembered of wrong passwords and of logins
	done   chan struct{}          // closed when the lab is: no pause outlasts it

	draining atomic.Bool
	ending   atomic.Bool    // and nothing is waited for any longer
	numbers  atomic.Int64   // of connections
	wg       sync.WaitGroup // accept loops and sessions

	mu     sync.Mutex // guards what follows
	closed bool
	wires  map[*wire]struct{}
	per    map[string]int // connections by remote address
}

// door is one open listener.
type door struct {
	service service
	net.Listener
}

// Start opens the listeners and fills the mailboxes. When it returns without an
// error, every listener accepts.
func Start(cfg Config) (*Lab, error) { return start(cfg, nil) }

// start is Start for a domain that belongs to another lab, or to none.
func start(cfg Config, parent *Lab) (*Lab, error) {
	l := &Lab{
		parent: parent, queue: newQueue(), cfg: cfg.withDefaults(), given: cfg.Users != nil, secret: random(32), proofs: newProofs(),
		wires: map[*wire]struct{}{}, per: map[string]int{}, done: make(chan struct{}),
	}
	if err := errors.Join(l.dress(), loadZone()); err != nil {
		return nil, err
	}
	l.ids.now = l.cfg.Now
	l.arriving.limit = int64(l.cfg.Limits.Arriving)
	if err := l.furnish(); err != nil {
		_ = l.Close()
		return nil, err
	}
	for _, ln := range l.cfg.Listeners {
		if err := l.open(ln); err != nil {
			_ = l.Close()
			return nil, err
		}
	}
	if err := errors.Join(l.newTLSConfig(), l.moveIn()); err != nil {
		_ = l.Close()
		return nil, err
	}
	if parent == nil {
		l.welcomeAll()
	}
	return l, nil
}

// welcomeAll begins to work, when the other domain is there too.
func (l *Lab) welcomeAll() {
	if l.neighbour != nil {
		l.neighbour.welcomeAll()
	}
	for _, d := range l.doors {
		l.wg.Add(1)
		go l.accept(d)
	}
	l.resume()
}

// furnish makes the mailboxes ready.
func (l *Lab) furnish() error {
	l.store = newStore(memory{})
	if l.cfg.Data != "" {
		d, err := openDisk(l.cfg.Data)
		if err != nil {
			return err
		}
		l.disk = d
		l.store = newStore(d)
		if err := l.openAccounts(); err != nil {
			return err
		}
		if err := l.reopen(); err != nil {
			return err
		}
	}
	l.passwords = knowsPasswords(l.cfg.Users)
	return l.fill()
}

// reopen finds the mailboxes that are on disk, and makes new ids later than all of theirs.
func (l *Lab) reopen() error {
	names, err := l.disk.boxNames()
	if err != nil {
		return err
	}
	for _, name := range names {
		messages, _, err := l.store.list(l.store.box(name))
		if err != nil {
			return err
		}
		for _, m := range messages {
			l.ids.after(m.ID)
		}
	}
	return l.reopenQueue()
}

// reopenQueue finds the mail that waits for other servers.
func (l *Lab) reopenQueue() error {
	left, strays, err := l.disk.queued()
	for _, s := range strays {
		l.notifyAlone(Notice{Kind: NoticeSetAside, File: s.path, Why: s.why.Error()})
	}
	for _, q := range left {
		l.ids.after(q.id)
	}
	l.left = left
	return err
}

func (c Config) withDefaults() Config {
	if c.Domain == "" {
		c.Domain = "lab.test"
	}
	if c.Users == nil {
		c.Users = slices.Clone(labUsers)
	}
	if c.Listeners == nil {
		for _, s := range services {
			c.Listeners = append(c.Listeners, Listener{Service: s.name, Addr: "127.0.0.1:0"})
		}
	}
	if c.Emit == nil {
		c.Emit = func(protocol.Event) {}
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.IdleTimeout == 0 {
		c.IdleTimeout = 30 * time.Minute
	}
	if c.Retry == nil {
		c.Retry = defaultRetry
	}
	if c.After == nil {
		c.After = time.After
	}
	c.Limits = c.Limits.withDefaults()
	return c
}

// clearLogins are the POP3 commands that wait for TLS. APOP shows no password (RFC 1939 §7).
func (c Config) clearLogins() []string {
	switch {
	case c.RequireTLS:
		return []string{"USER", "APOP", "AUTH"}
	case c.NoClearLogin:
		return []string{"USER"}
	}
	return nil
}

func (l Limits) withDefaults() Limits {
	if l.Message == 0 {
		l.Message = 10 << 20
	}
	for _, d := range []struct {
		field *int
		value int
	}{
		{&l.Arriving, max(256<<20, 4*l.Message)}, {&l.Recipients, 1000}, {&l.Mailbox, 256 << 20},
		{&l.Errors, 50}, {&l.Connections, 500}, {&l.ConnectionsPer, 500}, {&l.Queue, 1000},
		{&l.Commands, 1_000_000}, {&l.Rate, 1},
	} {
		if *d.field == 0 {
			*d.field = d.value
		}
	}
	for _, d := range []struct {
		field *time.Duration
		value time.Duration
	}{{&l.Session, 6 * time.Hour}, {&l.Grace, 30 * time.Minute}, {&l.BadPassword, time.Second}} {
		if *d.field == 0 {
			*d.field = d.value
		}
	}
	return l
}

func (l *Lab) open(ln Listener) error {
	s, ok := serviceNamed(ln.Service)
	if !ok {
		return fmt.Errorf("mockserver: no service is called %q", ln.Service)
	}
	// Without keep-alive probes: sessions have limits of time of their own, and to ask for probes costs each
	// connection four system calls.
	quiet := net.ListenConfig{KeepAlive: -1}
	opened, err := quiet.Listen(context.Background(), "tcp", ln.Addr)
	if err != nil {
		return fmt.Errorf("mockserver: %s: %w", ln.Service, err)
	}
	l.doors = append(l.doors, door{s, opened})
	return nil
}

// accept serves a listener until it is closed. An error that passes (no file
// descriptors left, say) is waited out.
func (l *Lab) accept(d door) {
	defer l.wg.Done()
	for {
		nc, err := d.Accept()
		if errors.Is(err, net.ErrClosed) || l.isClosed() {
			if err == nil {
				_ = nc.Close()
			}
			return
		}
		if err != nil {
			wait := time.NewTimer(20 * time.Millisecond)
			<-wait.C
			continue
		}
		l.wg.Add(1)
		go l.welcome(nc, &d.service)
	}
}

// welcome runs one connection in a goroutine of its own.
func (l *Lab) welcome(nc net.Conn, s *service) {
	defer l.wg.Done()
	growStackALittle()
	l.serve(nc, s)
}

// growStack makes a goroutine's stack fit a mail transaction while there is little on it yet: to grow it in the
// middle means to move every frame.
//
//go:noinline
func growStack() {
	var room [6 << 10]byte
	runtime.KeepAlive(&room)
}

// growStackALittle makes it fit a greeting and an EHLO: many connections never say more.
//
//go:noinline
func growStackALittle() {
	var room [5 << 9]byte
	runtime.KeepAlive(&room)
}

// serve runs one connection to its end.
func (l *Lab) serve(nc net.Conn, s *service) {
	w := l.wire(nc, s)
	admitted, alive := l.enter(w)
	if !alive {
		_ = nc.Close()
		return
	}
	if l.faults.down(l.cfg.Now) {
		_ = nc.Close()
		l.leave(w)
		return
	}
	defer l.part(w)
	l.meet(w)
	if s.implicitTLS && !l.secure(w, s.protocol) {
		return
	}
	if s.protocol == protocol.POP3 {
		newPOP3Session(l, w, s).serve(admitted)
		return
	}
	newSMTPSession(l, w, s).serve(admitted)
}

// wire makes the wire of a connection.
func (l *Lab) wire(nc net.Conn, s *service) *wire {
	w := newWire(nc, l.cfg.IdleTimeout)
	w.bound(l.cfg.Limits, l.done)
	w.service, w.number = s.name, l.numbers.Add(1)
	return w
}

// meet notices the beginning of a connection. It is not part of serve, because what serve has on the stack
// stays there while a session waits (see wire.await).
//
//go:noinline
func (l *Lab) meet(w *wire) { l.notify(w, Notice{Kind: NoticeConnected}) }

// part is the end of a connection.
func (l *Lab) part(w *wire) {
	l.notify(w, Notice{Kind: NoticeEnded, Took: time.Since(w.began), Mails: w.mails})
	w.hangUp() // while it waits for the client, Close can still find it
	l.leave(w)
}

// enter counts a connection in: whether the limits admit it, and whether the lab is still alive.
func (l *Lab) enter(w *wire) (admitted, alive bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return false, false
	}
	admitted = len(l.wires) < l.cfg.Limits.Connections && l.per[w.peer] < l.cfg.Limits.ConnectionsPer
	l.wires[w] = struct{}{}
	l.per[w.peer]++
	return admitted, true
}

func (l *Lab) leave(w *wire) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.wires, w)
	if l.per[w.peer]--; l.per[w.peer] <= 0 {
		delete(l.per, w.peer)
	}
}

func (l *Lab) isClosed() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.closed
}

// Close ends the lab at once: listeners and connections are closed, POP3 deletes
// nothing, and no goroutine of the lab is left when it returns.
func (l *Lab) Close() error {
	l.mu.Lock()
	if !l.closed {
		close(l.done)
	}
	l.closed = true
	for w := range l.wires {
		_ = w.nc.Close()
	}
	l.mu.Unlock()
	l.queue.rest()
	l.queue.stop()
	for _, d := range l.doors {
		_ = d.Close()
	}
	l.wg.Wait()
	err := l.disk.close()
	if l.neighbour != nil {
		err = errors.Join(err, l.neighbour.Close())
	}
	return err
}

// Shutdown ends the lab in good order: no new connections; sessions in which nothing is
// going on are told so (421 4.3.2 in SMTP, RFC 5321 §3.8); a mail transaction or a POP3
// session may finish. What is left when ctx ends is told so, too, and closed, and ctx's error returned.
func (l *Lab) Shutdown(ctx context.Context) error {
	l.draining.Store(true)
	l.queue.rest()
	for _, d := range l.doors {
		_ = d.Close()
	}
	l.wakeAll()
	done := make(chan struct{})
	go func() { l.wg.Wait(); close(done) }()
	select {
	case <-done:
		// Only now: what was still being sent went to the second domain's servers.
		var err error
		if l.neighbour != nil {
			err = l.neighbour.Shutdown(ctx)
		}
		return errors.Join(err, l.Close())
	case <-ctx.Done():
		l.ending.Store(true)
		l.wakeAll()
		select {
		case <-done:
		case <-time.After(farewellTime):
		}
		_ = l.Close()
		<-done
		return ctx.Err()
	}
}

// farewellTime is how long clients who are told in mid-mail that the server goes have to take that.
const farewellTime = time.Second

// wakeAll lets every session look around.
func (l *Lab) wakeAll() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for w := range l.wires {
		w.wake()
	}
}

// Domain returns the domain the lab receives mail for.
func (l *Lab) Domain() string { return l.cfg.Domain }

// Users returns a copy of the accounts, passwords included: the lab shows them.
func (l *Lab) Users() []User { return append([]User(nil), l.cfg.Users...) }

// emit completes an event and hands it on. No lock may be held.
func (l *Lab) emit(e protocol.Event) {
	e.Time = l.cfg.Now()
	if l.parent != nil && e.Mailbox != "" {
		e.Mailbox += "@" + l.cfg.Domain
	}
	l.cfg.Emit(e)
}
