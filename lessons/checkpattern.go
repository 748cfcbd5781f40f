package lessons

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"maillab/protocol"
)

// codeClass is a whole class of SMTP replies.
var codeClass = regexp.MustCompile(`^[2-5]xx$`)

// pattern checks every name in a pattern against the protocol's tables.
func (d *draft) pattern(place string, p *Pattern) {
	proto := d.lesson.Protocol
	if p.Protocol != "" {
		proto = p.Protocol
	}
	if protocol.TableOf(proto) == nil {
		d.wrong(place+".protocol", "%s", unlike("protocol", string(proto), []string{"smtp", "pop3"}))
		return
	}
	if p.Kind == "" {
		d.wrong(place, "a pattern without kind")
	} else if !slices.Contains(kinds, string(p.Kind)) {
		d.wrong(place+".kind", "%s", unlike("kind", string(p.Kind), kinds))
	}
	d.names(place+".verb", "verb", p.Verb, verbs(proto))
	d.typos(place+".word", p.Word, proto)
	d.names(place+".state", "state", p.State, labels(proto))
	d.names(place+".after", "state", p.After, labels(proto))
	d.names(place+".fault", "fault", asStrings(p.Fault), reasons)
	d.names(place+".speech", "speech", asStrings(p.Speech), speeches)
	d.names(place+".close", "close", asStrings(p.Close), closes)
	d.replyCodes(place+".code", p.Code, proto)
	d.needsReply(place, p)
}

// typos checks that words which are said to be in no table are in none: a verb
// belongs under verb, where its spelling is checked.
func (d *draft) typos(place string, words []string, p protocol.Protocol) {
	for i, w := range words {
		if slices.Contains(verbs(p), strings.ToUpper(w)) {
			d.wrong(fmt.Sprintf("%s[%d]", place, i), "%q is in the table: write it as verb", w)
		}
	}
}

func (d *draft) replyCodes(place string, got []string, p protocol.Protocol) {
	for i, c := range got {
		if known := codes(p); !slices.Contains(known, c) && (p != protocol.SMTP || !codeClass.MatchString(c)) {
			d.wrong(fmt.Sprintf("%s[%d]", place, i), "%s", unlike("code", c, known))
		}
	}
}

// needsReply: a code or a state after can only fit a reply.
func (d *draft) needsReply(place string, p *Pattern) {
	if p.Kind != protocol.KindReply && (len(p.Code) > 0 || len(p.Enhanced) > 0 || len(p.After) > 0) {
		d.wrong(place+".kind", "code, enhanced and after need kind = \"reply\"")
	}
}

func asStrings[T ~string](list []T) []string {
	out := make([]string, len(list))
	for i, x := range list {
		out[i] = string(x)
	}
	return out
}
