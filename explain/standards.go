package explain

import "strings"

// standardBodies begin the sources that a reader can look up.
var standardBodies = []string{"RFC ", "IANA ", "draft-"}

// Standards leaves of a source what a reader can look up: RFCs, registries,
// drafts. Where else a wording is known from is for those who keep the knowledge.
func Standards(ref string) string {
	var kept []string
	for _, part := range strings.Split(ref, "; ") {
		for _, body := range standardBodies {
			if strings.HasPrefix(part, body) {
				kept = append(kept, part)
				break
			}
		}
	}
	return strings.Join(kept, "; ")
}
