package lab

import (
	"strings"

	"maillab/explain"
	"maillab/protocol"
)

// pasted is a reply to be explained, with the client line that it answers
// where that was pasted, too.
type pasted struct{ line, reply string }

// parsePasted takes "550 no such user" or "RCPT TO:<x@y.z> 550 no such user"
// for a reply; ok is false for a word to be looked up.
func parsePasted(p protocol.Protocol, text string) (_ pasted, ok bool) {
	if isReply(text) {
		return pasted{reply: text}, true
	}
	verb, _, _ := strings.Cut(text, " ")
	if !isVerb(p, verb) {
		return pasted{}, false
	}
	for at := 0; ; {
		next := strings.IndexByte(text[at:], ' ')
		if next < 0 {
			return pasted{}, false
		}
		at += next + 1
		if isReply(text[at:]) && isCode(text[at:]) {
			return pasted{line: text[:at-1], reply: text[at:]}, true
		}
	}
}

func isVerb(p protocol.Protocol, verb string) bool {
	if verb == protocol.VerbDot {
		return true
	}
	for _, t := range []*protocol.Table{protocol.TableOf(p), protocol.TableOf(protocol.SMTP), protocol.TableOf(protocol.POP3)} {
		if t != nil && t.Row(verb) != nil {
			return true
		}
	}
	return false
}

// isCode: three digits of a class that SMTP has, or a status indicator.
func isCode(s string) bool {
	return s[0] == '+' || s[0] == '-' || s[0] >= '2' && s[0] <= '5'
}

// isReply reports whether what is to be explained is a reply and not a word: a
// code with text behind it.
func isReply(text string) bool {
	code, rest, _ := strings.Cut(text, " ")
	if i := strings.IndexByte(code, '-'); i == 3 {
		code, rest = code[:3], code[3:]
	}
	return rest != "" && protocol.RecogniseGreeting(code) != ""
}

// explainPasted explains a reply that was pasted: as the answer to the line
// pasted with it, or to the line answered last, where that can get such a code.
func (s *Shell) explainPasted(p pasted) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	ctx, reply := s.contextOf(p)
	s.cfg.Front.Explain(ctx, reply)
	return nil
}

func (s *Shell) contextOf(p pasted) (protocol.Context, protocol.Reply) {
	last := s.answered
	ctx, reply := explain.ContextAfter(protocol.RecogniseGreeting(p.reply), p.line, p.reply)
	if p.line != "" || last.Verb == "" || ctx.Protocol != last.Protocol {
		return ctx, reply
	}
	if row := protocol.TableOf(last.Protocol).Row(last.Verb); row != nil {
		if _, ok := row.Answer(reply.Code, last.Args); ok {
			return last, reply
		}
	}
	return ctx, reply
}
