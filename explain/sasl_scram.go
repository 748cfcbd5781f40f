package explain

import (
	"strings"

	"maillab/phrases"
)

// scramAttributes are the parts of a server's SCRAM message by their letter (RFC 5802 §5.1): the
// field each becomes, and the key of the words about it.
var scramAttributes = map[string]struct{ field, words string }{
	"r": {"nonce", "scram.nonce"},
	"s": {"salt", "scram.salt"},
	"i": {"iterations", "scram.rounds"},
	"v": {"verifier", "scram.verifier"},
	"e": {"scram_error", "scram.error"},
}

// scramParts takes a decoded SCRAM message apart.
func (v *view) scramParts(decoded string) {
	for _, part := range strings.Split(decoded, ",") {
		letter, value, _ := strings.Cut(part, "=")
		a, known := scramAttributes[letter]
		if !known {
			continue
		}
		v.fieldOnce(a.field, value)
		v.detail(say(a.words, phrases.Args{"value": shown(value)}))
	}
}
