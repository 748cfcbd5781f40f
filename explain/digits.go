package explain

import (
	"maillab/phrases"
	"maillab/protocol"
)

// digits explains a code digit by digit (RFC 5321 §4.2.1): class, category,
// detail; a POP3 indicator as a whole (RFC 1939 §3).
func digits(code string, p protocol.Protocol) []Span {
	switch code {
	case "":
		return nil
	case protocol.CodeOK:
		return []Span{{0, 3, "status", say("digit.ok", nil)}}
	case protocol.CodeErr:
		return []Span{{0, 4, "status", say("digit.err", nil)}}
	case protocol.CodeChallenge:
		return []Span{{0, 1, "status", say("digit.plus", nil)}}
	}
	if len(code) != 3 || p == protocol.POP3 || code[0] < '0' || code[0] > '9' {
		return []Span{{0, len(code), "status", say("digit.odd", nil)}}
	}
	return []Span{
		{0, 1, "class", digitWords("digit.first.", code[0:1])},
		{1, 2, "category", digitWords("digit.second.", code[1:2])},
		{2, 3, "detail", digitDetail(code)},
	}
}

func digitWords(prefix, digit string) phrases.Text {
	if r := shelfTexts.get(prefix + digit); r != nil {
		return r.text()
	}
	return say("digit.undefined", nil)
}

func digitDetail(code string) phrases.Text {
	if r := shelfCodes.get("smtp." + code); r != nil {
		return insert(say("digit.third", phrases.Args{"digit": code[2:]}), "what", r.text())
	}
	return say("digit.third-unknown", phrases.Args{"digit": code[2:]})
}
