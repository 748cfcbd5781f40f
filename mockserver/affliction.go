package mockserver

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"maillab/phrases"
	"maillab/protocol"
)

// The places at which sessions ask whether a fault strikes.
const (
	hookCommand   = "command"
	hookLogin     = "login"
	hookHandshake = "handshake"
)

var hooks = []string{hookCommand, hookLogin, hookHandshake}

// maxSeen bounds what one fault remembers.
const maxSeen = 10_000

// affliction is a fault that is on, with its arguments filled in.
type affliction struct {
	fault   *Fault
	spec    string
	strikes []armedStrike
	habit   bool // it belongs to the server (Config.Habits)

	mu    sync.Mutex // guards what follows
	seen  map[string][]time.Time
	spent bool // a strike that comes once has come
}

// armedStrike is a strike with its texts turned into what they mean.
type armedStrike struct {
	strike
	says                                     *saying
	passAfter, within, pause, drip, restart  time.Duration
	over, recipients, cutIn, cutOut, enlarge int
	flaw                                     *flaw // what is wrong with TLS
}

// arm fills in the arguments. What is not given is -1, so that 0 can be said; only what is added may
// be less, and is nothing when it is not given.
func arm(s strike, values phrases.Args) (armedStrike, error) {
	out := armedStrike{strike: s}
	for _, d := range []struct {
		text string
		to   *time.Duration
	}{{s.PassAfter, &out.passAfter}, {s.Within, &out.within}, {s.Wait, &out.pause}, {s.Drip, &out.drip}, {s.Restart, &out.restart}} {
		*d.to = -1
		if d.text == "" {
			continue
		}
		v, err := time.ParseDuration(fill(d.text, values))
		if err != nil {
			return out, err
		}
		*d.to = v
	}
	for _, n := range []struct {
		text string
		to   *int
	}{{s.Over, &out.over}, {s.Recipients, &out.recipients}, {s.CutIn, &out.cutIn}, {s.CutOut, &out.cutOut}, {s.Add, &out.enlarge}} {
		*n.to = -1
		if n.text == "" {
			continue
		}
		v, err := strconv.Atoi(fill(n.text, values))
		if err != nil {
			return out, err
		}
		*n.to = v
	}
	if s.Add == "" {
		out.enlarge = 0
	}
	out.Verb = nil
	for _, v := range s.Verb {
		out.Verb = append(out.Verb, fill(v, values))
	}
	if s.Challenge != nil {
		text := fill(*s.Challenge, values)
		out.Challenge = &text
	}
	out.To, out.Mask, out.Reply = fill(s.To, values), fill(s.Mask, values), fill(s.Reply, values)
	var err error
	if out.flaw, err = flawOf(s, values); err != nil {
		return out, err
	}
	if s.Code != "" {
		out.says = &saying{
			Code: fill(s.Code, values), Enhanced: fill(s.Enhanced, values), Text: fill(s.Text, values), ZH: fill(s.ZH, values),
			After: s.After, key: "fault",
		}
	}
	if !slices.Contains([]string{"", "before", "after"}, s.Close) {
		return out, errors.New("close is before or after")
	}
	return out, nil
}

// point is where a conversation is when a fault may strike.
type point struct {
	protocol               protocol.Protocol
	verb                   string
	client, from, to, user string
	recipients             int
}

// applies reports whether a strike strikes here and now.
func (a *affliction) applies(s *armedStrike, at string, p point, now time.Time) bool {
	if s.At != at || s.Protocol != "" && s.Protocol != p.protocol {
		return false
	}
	if !slices.Contains(s.Verb, p.verb) && !slices.Contains(s.Verb, "*") {
		return false
	}
	if s.recipients >= 0 && p.recipients < s.recipients || s.To != "" && !s.meets(p.to) {
		return false
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.spent {
		return false
	}
	if !a.due(s, p, now) {
		return false
	}
	a.spent = s.Once
	return true
}

// due asks the memory; a.mu is held.
func (a *affliction) due(s *armedStrike, p point, now time.Time) bool {
	if s.passAfter < 0 && s.over < 0 {
		return true
	}
	if len(a.seen) > maxSeen {
		clear(a.seen)
	}
	key := s.key(p)
	times := a.seen[key]
	if s.passAfter >= 0 {
		if len(times) == 0 {
			a.seen[key] = []time.Time{now}
			return true
		}
		return now.Before(times[0].Add(s.passAfter))
	}
	times = slices.DeleteFunc(times, func(t time.Time) bool { return !now.Before(t.Add(s.within)) })
	if len(times) >= s.over {
		a.seen[key] = times
		return true
	}
	a.seen[key] = append(times, now)
	return false
}

// meets reports whether the strike is about a recipient.
func (s *armedStrike) meets(to string) bool {
	local, _, _ := strings.Cut(to, "@")
	return s.To == "*" || strings.EqualFold(s.To, local)
}

func (s *armedStrike) key(p point) string {
	var parts []string
	for _, k := range s.Key {
		parts = append(parts, map[string]string{"client": p.client, "from": p.from, "to": p.to, "user": p.user}[k])
	}
	return strings.ToLower(strings.Join(parts, "\x00"))
}

// faults are those that are on, and what they did to the whole lab.
type faults struct {
	on atomic.Pointer[[]*affliction] // read at every line, so no lock

	mu        sync.Mutex // guards what follows, and changes of on
	downUntil time.Time  // no connection is taken before
}

func (f *faults) current() []*affliction {
	if on := f.on.Load(); on != nil {
		return *on
	}
	return nil
}

func (f *faults) down(now func() time.Time) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return !f.downUntil.IsZero() && now().Before(f.downUntil)
}

// SetFaults switches on exactly these faults, "NAME" or "NAME:ARGUMENTS", and every other off. A
// fault that is on already with the same arguments keeps what it remembers. With the second domain
// and a slash in front ("far.test/NAME") it is the second domain's servers that it strikes.
func (l *Lab) SetFaults(specs ...string) error {
	own, far := l.sorted(specs)
	change, err := l.readFaults(own)
	if err != nil {
		return err
	}
	if n := l.neighbour; n != nil {
		changeFar, err := n.readFaults(far)
		if err != nil {
			return n.foreign(err)
		}
		changeFar()
	}
	change()
	return nil
}

// readFaults prepares a change of the faults of this lab.
func (l *Lab) readFaults(specs []string) (change func(), err error) {
	l.faults.mu.Lock()
	defer l.faults.mu.Unlock()
	var on []*affliction
	old := l.faults.current()
	for _, spec := range specs {
		a, err := parseFault(spec)
		if err != nil {
			return nil, err
		}
		if i := slices.IndexFunc(old, func(o *affliction) bool { return !o.habit && o.spec == a.spec }); i >= 0 {
			a = old[i]
		}
		on = append(slices.DeleteFunc(on, func(o *affliction) bool { return o.fault == a.fault }), a)
	}
	on = append(on, slices.DeleteFunc(slices.Clone(old), func(a *affliction) bool { return !a.habit })...)
	return func() {
		l.faults.mu.Lock()
		defer l.faults.mu.Unlock()
		l.faults.downUntil = time.Time{}
		l.faults.on.Store(&on)
	}, nil
}

// inure gives the server its habits: faults that stay when others are switched off, and of which no
// event tells.
func (l *Lab) inure(specs []string) error {
	var habits []*affliction
	for _, spec := range specs {
		a, err := parseFault(spec)
		if err != nil {
			return err
		}
		a.habit = true
		habits = append(habits, a)
	}
	l.faults.on.Store(&habits)
	return nil
}

// FaultsOn lists the faults that are on, with their arguments, those of the second domain after the lab's own.
func (l *Lab) FaultsOn() []string {
	out := []string{}
	for _, a := range l.faults.current() {
		if !a.habit {
			out = append(out, l.prefix()+a.spec)
		}
	}
	if l.neighbour != nil {
		out = append(out, l.neighbour.FaultsOn()...)
	}
	return out
}

// sufferer is a session as the faults see it.
type sufferer interface {
	// point is where the line at hand stands.
	point(protocol.Utterance) point
	say(*saying, phrases.Args)
	connection() *wire
	// words are the replies in the manner of this session, and its persona's habits.
	manner() ([]*saying, *ways)
}

// suffer lets the faults strike that are on for this place. It reports whether the line has been
// answered, or has lost its answer, and must not be carried out.
func (l *Lab) suffer(s sufferer, at string, u protocol.Utterance) (over bool) {
	on := l.faults.current()
	w := s.connection()
	if at == hookCommand {
		w.drip, w.cutIn, w.cutOut, w.bigger, w.hidden, w.babble = 0, -1, -1, 0, nil, nil
	}
	if len(on) == 0 {
		return false
	}
	p := s.point(u)
	for _, a := range on {
		for i := range a.strikes {
			if !a.applies(&a.strikes[i], at, p, l.cfg.Now()) {
				continue
			}
			l.tellStrike(a, p, w)
			if l.blow(s, &a.strikes[i], p) {
				return true
			}
		}
	}
	return false
}

// tellStrike lets the learner know whose doing it is.
func (l *Lab) tellStrike(a *affliction, p point, w *wire) {
	if !a.habit {
		l.emit(protocol.Event{Kind: protocol.KindFault, Name: l.prefix() + a.fault.Name, Arg: p.verb, Address: w.nc.RemoteAddr().String()})
	}
}

// worded is what a strike says: in the persona's own words where it has some that mean as much.
func (s *armedStrike) worded(who sufferer) *saying {
	all, w := who.manner()
	if _, own := w.Reply[s.Reply]; !own {
		return s.says
	}
	for _, r := range all {
		if r.key == s.Reply && r.Code[0] == s.says.Code[0] {
			return r
		}
	}
	return s.says
}

// blow does what a strike does.
func (l *Lab) blow(s sufferer, a *armedStrike, p point) (over bool) {
	w := s.connection()
	w.pause(max(a.pause, 0))
	if a.drip > 0 || a.cutOut >= 0 {
		_ = w.out.Flush() // what was said before is not struck
	}
	w.drip = max(a.drip, w.drip)
	if a.cutIn >= 0 {
		w.cutIn = a.cutIn
	}
	if a.cutOut >= 0 {
		w.cutOut = a.cutOut
	}
	w.bigger += a.enlarge
	if a.Challenge != nil {
		w.babble = a.Challenge
	}
	for _, keyword := range a.Hide {
		w.hidden = append(w.hidden, masked{keyword, a.Mask})
	}
	if a.says != nil {
		s.say(a.worded(s), phrases.Args{
			"address": p.to, "user": p.user, "domain": l.cfg.Domain, "limit": strconv.Itoa(l.cfg.Limits.Recipients),
		})
	}
	switch {
	case a.restart >= 0:
		l.restart(w, a.restart)
		fallthrough
	case a.Close == "before":
		w.lose()
		return true
	case a.Close == "after":
		w.lose()
	}
	return a.says != nil
}

// restart cuts every connection but this one, which its session ends, and takes none for a while.
func (l *Lab) restart(except *wire, down time.Duration) {
	l.faults.mu.Lock()
	l.faults.downUntil = l.cfg.Now().Add(down)
	l.faults.mu.Unlock()
	l.mu.Lock()
	defer l.mu.Unlock()
	for w := range l.wires {
		if w != except {
			_ = w.nc.Close()
		}
	}
}
