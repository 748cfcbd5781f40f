package explain

import (
	"strings"

	"maillab/protocol"
)

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

// standardOf are the RFCs that hold for one protocol only.
var standardOf = map[string]protocol.Protocol{
	"1869": protocol.SMTP, "1870": protocol.SMTP, "1985": protocol.SMTP, "2034": protocol.SMTP, "2645": protocol.SMTP, "3030": protocol.SMTP,
	"3207": protocol.SMTP, "3461": protocol.SMTP, "3463": protocol.SMTP, "4468": protocol.SMTP, "4954": protocol.SMTP, "5248": protocol.SMTP,
	"5321": protocol.SMTP, "6152": protocol.SMTP, "6409": protocol.SMTP, "6531": protocol.SMTP, "6710": protocol.SMTP, "7504": protocol.SMTP,
	"7505": protocol.SMTP,
	"1734": protocol.POP3, "1939": protocol.POP3, "2449": protocol.POP3, "2595": protocol.POP3, "3206": protocol.POP3, "5034": protocol.POP3,
	"6856": protocol.POP3,
}

// standardsOf leaves out of a source the standards of the other protocol, and puts own in their
// place where nothing that a reader can look up is left.
func standardsOf(p protocol.Protocol, ref, own string) string {
	var kept []string
	for _, part := range strings.Split(ref, "; ") {
		number, _, _ := strings.Cut(strings.TrimPrefix(part, "RFC "), " ")
		if of, ok := standardOf[number]; !ok || of == p {
			kept = append(kept, part)
		}
	}
	left := strings.Join(kept, "; ")
	if left != ref && Standards(left) == "" {
		return strings.Join(append([]string{own}, kept...), "; ")
	}
	return left
}
