package mockserver

import (
	"math"
	"strconv"
	"sync"
	"time"

	"maillab/phrases"
)

// freeTries is how many wrong passwords in a row cost no time.
const freeTries = 3

// guard remembers wrong passwords by the client's address, and logins by the user.
type guard struct {
	mu     sync.Mutex // guards what follows
	wrong  map[string]int
	logins map[string]time.Time
}

// penalty notes how a login ended, and returns how long its answer is held back.
func (g *guard) penalty(client string, right bool, d time.Duration) time.Duration {
	g.mu.Lock()
	defer g.mu.Unlock()
	if right {
		delete(g.wrong, client)
		return 0
	}
	if g.wrong == nil || len(g.wrong) > maxSeen {
		g.wrong = map[string]int{}
	}
	g.wrong[client]++
	if g.wrong[client] <= freeTries {
		return 0
	}
	return max(d, 0)
}

// tooSoon reports how long the user must still wait before the next login, and notes this one when
// that is no time at all.
func (g *guard) tooSoon(user string, delay time.Duration, now time.Time) time.Duration {
	if delay <= 0 {
		return 0
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if last, ok := g.logins[user]; ok && now.Before(last.Add(delay)) {
		return last.Add(delay).Sub(now)
	}
	if g.logins == nil || len(g.logins) > maxSeen {
		g.logins = map[string]time.Time{}
	}
	g.logins[user] = now
	return 0
}

// judged notices a login, and holds back the answer to a wrong one. Only the session at hand waits.
func (l *Lab) judged(w *wire, mechanism string, u User, right bool) {
	n := Notice{Kind: NoticeLogin, OK: right, Mechanism: mechanism}
	if right {
		n.User = u.Name
	}
	l.notify(w, n)
	w.pause(l.guard.penalty(w.peer, right, l.cfg.Limits.BadPassword))
}

// seconds writes a wait for a reply, rounded up.
func seconds(d time.Duration) phrases.Args {
	return phrases.Args{"seconds": strconv.Itoa(int(math.Ceil(d.Seconds())))}
}

// dress loads the data and puts on the personas and faults of the configuration.
func (l *Lab) dress() error {
	if err := loadBooks(); err != nil {
		return err
	}
	if _, err := loadPersonas(); err != nil {
		return err
	}
	if _, err := loadFaults(); err != nil {
		return err
	}
	own, _ := l.sorted(l.cfg.Personas) // moveIn passes the others on
	m, err := mannerOf(plainManner(), own)
	if err != nil {
		return err
	}
	l.manner.Store(m)
	if err := l.inure(l.cfg.Habits); err != nil {
		return err
	}
	return l.SetFaults(l.cfg.Faults...)
}
