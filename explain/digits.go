package explain

import (
	"maillab/phrases"
	"maillab/protocol"
)

// digitSpans holds the digits of each code of three digits that has come.
var digitSpans memo[[3]byte, []Span]

// digits explains a code digit by digit (RFC 5321 §4.2.1): class, category,
// detail; a POP3 indicator as a whole (RFC 1939 §3).
func digits(code string, p protocol.Protocol) []Span {
	if len(code) == 3 && p != protocol.POP3 && isNumber(code, 3) {
		return digitSpans.get([3]byte([]byte(code)), func(key [3]byte) []Span {
			code := string(key[:])
			return []Span{
				{0, 1, "class", digitWords("digit.first.", code[0:1])},
				{1, 2, "category", digitWords("digit.second.", code[1:2])},
				{2, 3, "detail", digitDetail(code)},
			}
		})
	}
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
	return []Span{{0, len(code), "status", say("digit.odd", nil)}}
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
