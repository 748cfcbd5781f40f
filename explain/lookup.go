package explain

import (
	"strings"

	"maillab/phrases"
	"maillab/protocol"
)

// maxEntries bounds what one question brings.
const maxEntries = 12

// source is a shelf as Lookup searches it.
type source struct {
	kind   string
	shelf  *shelf
	prefix func(p protocol.Protocol) []string
}

func bare(protocol.Protocol) []string { return []string{""} }

// perProtocol: keys begin with the protocol's name; the one in use comes first.
func perProtocol(p protocol.Protocol) []string {
	if p == protocol.POP3 {
		return []string{"pop3.", "smtp."}
	}
	return []string{"smtp.", "pop3."}
}

var sources = []source{
	{"command", shelfVerbs, perProtocol},
	{"code", shelfCodes, perProtocol},
	{"enhanced", shelfEnhanced, bare},
	{"keyword", shelfKeywords, bare},
	{"capability", shelfCapa, bare},
	{"mechanism", shelfMechanisms, bare},
	{"response-code", shelfRespCodes, bare},
	{"header", shelfHeaders, bare},
	{"term", shelfTerms, bare},
	{"class", shelfClasses, bare},
	{"state", shelfStates, perProtocol},
}

// Lookup answers a question for a code, a command, a keyword or a term, in
// either language: "334", "SIZE", "rcpt", "5.7.1", "+OK", "queue id", "授权码".
func Lookup(p protocol.Protocol, topic string) []Entry {
	topic = strings.TrimSpace(topic)
	if topic == "" || len(topic) > 200 {
		return nil
	}
	found := exactEntries(p, topic)
	if e := enhancedEntry(topic); e != nil {
		found = append(found, *e)
	}
	if len(found) == 0 {
		found = searchEntries(topic)
	}
	if len(found) > maxEntries {
		found = found[:maxEntries]
	}
	return found
}

func exactEntries(p protocol.Protocol, topic string) []Entry {
	key := strings.ReplaceAll(strings.Trim(topic, ":<>[]"), " ", "-")
	var found []Entry
	for _, s := range sources {
		for _, prefix := range s.prefix(p) {
			if k, r := s.shelf.fold(prefix + key); r != nil {
				found = append(found, entry(s.kind, k, r))
			}
		}
	}
	// A line as it is typed: "MAIL FROM:<...>", "RETR 11".
	if verb := firstWord(topic); len(found) == 0 && verb != topic {
		for _, prefix := range perProtocol(p) {
			if k, r := shelfVerbs.fold(prefix + verb); r != nil {
				found = append(found, entry("command", k, r))
			}
		}
	}
	return append(found, codeVariants(p, key)...)
}

// codeVariants are what a code says after each command.
func codeVariants(p protocol.Protocol, key string) []Entry {
	var found []Entry
	if len(key) != 3 && key != protocol.CodeErr {
		return nil
	}
	for _, prefix := range perProtocol(p) {
		for _, k := range shelfCodes.keys() {
			if strings.HasPrefix(k, prefix+strings.ToUpper(key)+".") {
				found = append(found, entry("code", k, shelfCodes.get(k)))
			}
		}
	}
	return found
}

// enhancedEntry resolves a concrete enhanced code, 5.7.1, to the registry's X.7.1.
func enhancedEntry(topic string) *Entry {
	e, ok := parseEnhanced(topic)
	if !ok {
		return nil
	}
	r, _ := enhancedRecord(e)
	out := entry("enhanced", topic, r)
	out.Short = enhancedWords(topic)
	return &out
}

// searchEntries looks for the topic in every title and text.
func searchEntries(topic string) []Entry {
	want := strings.ToLower(topic)
	var inKey, inText []Entry
	for _, s := range sources {
		for _, k := range s.shelf.keys() {
			r := s.shelf.get(k)
			e := entry(s.kind, k, r)
			switch {
			case strings.Contains(strings.ToLower(k+"\n"+e.Title.EN+"\n"+e.Title.ZH), want):
				inKey = append(inKey, e)
			case strings.Contains(strings.ToLower(r.EN+"\n"+r.ZH), want):
				inText = append(inText, e)
			}
		}
	}
	return append(inKey, inText...)
}

// codeTitle names a code and where it comes.
func codeTitle(code, place string) phrases.Text {
	args := phrases.Args{"code": code}
	if place == placeUnasked {
		return say("title.code-unasked", args)
	}
	return insert(say("title.code-after", args), "place", placeName(place))
}

// placeName is a verb itself, which a space sets off from Chinese, or words for a place that is no verb.
func placeName(place string) phrases.Text {
	if r := shelfTexts.get("place." + place); r != nil {
		return r.text()
	}
	return phrases.Text{EN: place, ZH: place + " "}
}

func entry(kind, key string, r *record) Entry {
	e := Entry{Key: key, Kind: kind, Short: r.text(), Ref: r.Ref}
	name := key
	if _, rest, ok := strings.Cut(key, "."); ok && (kind == "command" || kind == "code" || kind == "state" || kind == "term") {
		name = rest
	}
	e.Title = phrases.Text{EN: name, ZH: name}
	if code, place, ok := strings.Cut(name, "."); ok && kind == "code" {
		e.Title = codeTitle(code, place)
	}
	if r.Title != nil {
		e.Title = *r.Title
	}
	if r.Long != nil {
		e.Long = *r.Long
	}
	return e
}

// Verb tells what a command is for, its history, and what to use today.
func Verb(p protocol.Protocol, verb string) (Entry, bool) {
	k, r := shelfVerbs.fold(string(p) + "." + verb)
	if r == nil {
		return Entry{}, false
	}
	return entry("command", k, r), true
}

// StateName names a place in a conversation; label comes from Context.Label.
func StateName(p protocol.Protocol, label string) phrases.Text {
	if r := shelfStates.get(string(p) + "." + label); r != nil {
		return r.text()
	}
	if r := shelfStates.get(label); r != nil {
		return r.text()
	}
	return phrases.Text{EN: label, ZH: label}
}

// Entries returns everything that is known of a kind ("code", "enhanced", "keyword",
// "capability", "mechanism", "response-code", ...), ordered by key.
func Entries(kind string) []Entry {
	var list []Entry
	for _, s := range sources {
		if s.kind != kind {
			continue
		}
		for _, k := range s.shelf.keys() {
			list = append(list, entry(kind, k, s.shelf.get(k)))
		}
	}
	return list
}
