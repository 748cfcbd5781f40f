package lessons

import (
	"slices"
	"strings"

	"maillab/protocol"
)

// cancelAuth ends an AUTH exchange (RFC 4954 §4).
const cancelAuth = "*"

// closeLine drops the connection, where nothing that can be said leads on.
const closeLine = ":close"

// resetLine fills the lab's mailboxes as they were at the start.
const resetLine = ":reset"

// Desk is where the learner stands.
type Desk struct {
	// Label is Context.Label() of the conversation, "" when there is none.
	Label string
	// Letters are in the lesson's mailbox; New of them have come since the program was started.
	Letters, New int
}

// Recipe returns the lines that do the current step from where the learner stands. Where the
// solution alone does not fit, what restores the conversation, or mail that is gone, comes before it.
func (p *Player) Recipe(d Desk) []string {
	i, step := p.Step()
	switch {
	case step == nil:
		return nil
	case step.Mail != "" && d.New == 0:
		return append(p.recipe(p.lesson.step(step.Mail), d.Label), step.Solution...)
	case d.Letters < step.Letters:
		return p.refill(i, d.Label)
	}
	return p.recipe(i, d.Label)
}

// refill is the recipe of step i after the lab's mailboxes have been filled anew: a POP3 session
// sees that only when it begins.
func (p *Player) refill(i int, label string) []string {
	var out []string
	if label == string(protocol.StateAuth) {
		out = append(out, cancelAuth)
	}
	if label != "" && !isOver(label) {
		out = append(out, closeLine)
	}
	return append(append(out, resetLine), p.recipe(i, "")...)
}

// recipe is Recipe for step i where no mail is missing.
func (p *Player) recipe(i int, label string) []string {
	step := &p.lesson.Steps[i]
	chain := append(p.chain(i), i)
	switch {
	case label == string(protocol.StateContent) && step.endsContent() && p.watcher.typed.Sound():
		return step.rest(&p.watcher.typed) // what was typed of the mail is the learner's own
	case label == string(protocol.StateContent):
		// No other line is heard there, :close included.
		return append([]string{protocol.VerbDot}, p.enter(chain, p.base())...)
	case label == string(protocol.StateAuth):
		return append([]string{cancelAuth}, p.enter(chain, p.base())...)
	case isOver(label):
		return p.enter(chain, "")
	case label == string(protocol.StateTransaction) && !p.isOurs(p.watcher.mailbox):
		return append([]string{closeLine}, p.enter(chain, "")...)
	case label == string(protocol.StateUser) && !p.isOurs(p.watcher.place.User):
		return p.enter(chain, string(protocol.StateAuthorization)) // the last USER counts
	}
	return p.enter(chain, label)
}

// isOurs reports whether a mailbox is the lesson's, or may be because nobody has told.
func (p *Player) isOurs(user string) bool {
	name, _, _ := strings.Cut(user, "@")
	return name == "" || strings.EqualFold(name, p.lesson.Mailbox)
}

// endsContent reports whether the step's solution ends a mail.
func (s *Step) endsContent() bool { return s.Solution[len(s.Solution)-1] == protocol.VerbDot }

// rest returns the lines of the solution that a mail of which so much has been typed still lacks.
func (s *Step) rest(typed *protocol.Layout) []string {
	content := s.Solution[1:]
	gap := slices.Index(content, "")
	switch {
	case typed.Form() == protocol.FormWhole:
		return []string{protocol.VerbDot}
	case !typed.InHeader():
		return content[gap+1:]
	case typed.Begun():
		return content[max(gap, 0):]
	}
	return content
}

// enter returns the part of the chain that leads on from label, or all of it
// after a new beginning.
func (p *Player) enter(chain []int, label string) []string {
	if at := p.entry(chain, label); at >= 0 {
		return p.lines(chain[at:])
	}
	if label != "" {
		return append([]string{closeLine}, p.lines(chain)...)
	}
	return p.lines(chain)
}

// chain lists the earlier steps that restore the conversation for step i, those
// left out that a step between has undone.
func (p *Player) chain(i int) []int {
	var out []int
	for j := range i {
		step := &p.lesson.Steps[j]
		undone := slices.ContainsFunc(p.lesson.Steps[j+1:i], func(s Step) bool { return slices.Contains(s.Undoes, step.ID) })
		if step.Replay && !undone {
			out = append(out, j)
		}
	}
	return out
}

// entry returns the last place of the chain that can be begun at label, or -1.
func (p *Player) entry(chain []int, label string) int {
	for at := len(chain) - 1; at >= 0; at-- {
		if p.fits(chain[at], label) {
			return at
		}
	}
	return -1
}

// fits reports whether step i's solution can be typed at label now.
func (p *Player) fits(i int, label string) bool {
	s := &p.lesson.Steps[i]
	if len(s.States) == 0 {
		return label != string(protocol.StateContent) && label != string(protocol.StateAuth)
	}
	return slices.Contains(s.States, label) && p.watcher.place.Deleted >= s.Marked && p.esmtpMet(s)
}

// esmtpMet: what the label does not tell, whether HELO was said where the table
// wants EHLO.
func (p *Player) esmtpMet(s *Step) bool {
	verb, _, _ := strings.Cut(s.Solution[0], " ")
	row := protocol.TableOf(p.lesson.Protocol).Row(verb)
	return row == nil || !slices.Contains(row.Needs, protocol.NeedESMTP) || p.watcher.place.ESMTP
}

func (p *Player) lines(steps []int) []string {
	var out []string
	for _, i := range steps {
		out = append(out, p.lesson.Steps[i].Solution...)
	}
	return out
}

// isOver: states in which nothing more can be said, so as good as no connection.
func isOver(label string) bool {
	return label == string(protocol.StateClosed) || label == string(protocol.StateUpdate)
}

// base is where the conversation stands once a mail or an AUTH exchange is over.
func (p *Player) base() string {
	c := p.watcher.place
	c.Protocol, c.State = p.lesson.Protocol, protocol.StateIdentified
	if c.Protocol == protocol.POP3 {
		c.State = protocol.StateAuthorization
	}
	return c.Label()
}
