package terminal

import (
	"strings"

	"maillab/explain"
	"maillab/lab"
	"maillab/phrases"
	"maillab/protocol"
)

// Prompt draws the prompt for a place: the lab's own, or host, protocol and
// state, ended by "C:" because what follows is the client's line.
func (r *Renderer) Prompt(p lab.Place) string {
	r.blank.Store(false)
	if !p.Connected {
		return r.paint.paint(stylePrompt, "maillab>") + " "
	}
	words := []string{phrases.Clean(p.Host)}
	if p.Context.Protocol != "" {
		words = append(words, protocolWord(p.Context))
	}
	words = append(words, r.stateWords(p.Context))
	return r.paint.paint(stylePrompt, strings.Join(words, " ")) + r.paint.paint(styleClient, r.label(" C:", "plain.client")) + " "
}

// protocolWord is the protocol's name, with a mark where the connection is encrypted.
func protocolWord(c protocol.Context) string {
	name := strings.ToUpper(string(c.Protocol))
	if c.TLS {
		return name + "+TLS"
	}
	return name
}

// stateWords names the state; an open transaction says how many recipients it has.
func (r *Renderer) stateWords(c protocol.Context) string {
	name := explain.StateName(c.Protocol, c.Label()).In(r.lang)
	switch {
	case c.Octets > 0:
		return say("prompt.octets", phrases.Args{"state": name, "n": itoa(c.Octets)}).In(r.lang)
	case c.State == protocol.StateRcpt:
		return say("prompt.recipients", phrases.Args{"n": itoa(c.Recipients)}).In(r.lang)
	case c.Deleted > 0:
		return say("prompt.deleted", phrases.Args{"state": name, "n": itoa(c.Deleted)}).In(r.lang)
	}
	return name
}
