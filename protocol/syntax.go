package protocol

import (
	"errors"
	"strconv"
	"strings"
)

// Args is the rule that a command's argument must obey.
type Args uint8

// The rules.
const (
	ArgsAny               Args = iota // anything or nothing (NOOP, HELP)
	ArgsNone                          // nothing (DATA, QUIT)
	ArgsText                          // something, spaces included (PASS, VRFY)
	ArgsWord                          // one word (USER)
	ArgsWordOptional                  // one word, or nothing (LANG)
	ArgsDomain                        // a host name or an address literal (EHLO)
	ArgsMechanism                     // a SASL mechanism, perhaps an initial response
	ArgsMechanismOptional             // the same, or nothing
	ArgsFrom                          // FROM:<path> and parameters
	ArgsTo                            // TO:<path> and parameters
	ArgsNumber                        // one message number
	ArgsNumberOptional                // one message number, or nothing
	ArgsNumberNumber                  // a message number and a count of lines (TOP)
	ArgsNameDigest                    // a name and 32 hexadecimal digits (APOP)
	ArgsChunk                         // a count of octets, perhaps LAST (BDAT)
)

// argError is what a rule has against an argument: the place is counted from
// the argument's first octet, and -1 means "where the argument should begin".
type argError struct {
	reason  Reason
	at, len int
	want    string
}

// rules holds one check per rule, so that a new rule is one entry.
var rules = map[Args]func(args string) *argError{
	ArgsAny:               func(string) *argError { return nil },
	ArgsNone:              checkNone,
	ArgsText:              checkText,
	ArgsWord:              checkWords(1, 1),
	ArgsWordOptional:      optional(checkWords(1, 1)),
	ArgsDomain:            checkDomain,
	ArgsMechanism:         checkMechanism,
	ArgsMechanismOptional: optional(checkMechanism),
	ArgsFrom:              checkEnvelope("FROM:"),
	ArgsTo:                checkEnvelope("TO:"),
	ArgsNumber:            checkNumbers(1),
	ArgsNumberOptional:    optional(checkNumbers(1)),
	ArgsNumberNumber:      checkNumbers(2),
	ArgsNameDigest:        checkNameDigest,
	ArgsChunk:             checkChunk,
}

func optional(check func(string) *argError) func(string) *argError {
	return func(args string) *argError {
		if args == "" {
			return nil
		}
		return check(args)
	}
}

func checkNone(args string) *argError {
	if args != "" {
		return &argError{ExtraArgument, 0, len(args), ""}
	}
	return nil
}

func checkText(args string) *argError {
	if strings.TrimSpace(args) == "" {
		return &argError{MissingArgument, -1, 1, ""}
	}
	return nil
}

// checkWords wants from low to high words, and names the first that is too much.
func checkWords(low, high int) func(string) *argError {
	return func(args string) *argError {
		words := strings.Fields(args)
		if len(words) < low {
			return &argError{MissingArgument, -1, 1, ""}
		}
		if len(words) > high {
			at := wordAt(args, high)
			return &argError{ExtraArgument, at, len(args) - at, ""}
		}
		return nil
	}
}

// wordAt returns the offset of the n-th word (from 0) of s, or len(s).
func wordAt(s string, n int) int {
	inWord := false
	for i := 0; i < len(s); i++ {
		space := s[i] == ' ' || s[i] == '\t'
		if !space && !inWord {
			if n == 0 {
				return i
			}
			n--
		}
		inWord = !space
	}
	return len(s)
}

func checkDomain(args string) *argError {
	if bad := checkWords(1, 1)(args); bad != nil {
		return bad
	}
	if !isDomain(strings.TrimSuffix(args, ".")) && !isAddressLiteral(args) {
		return &argError{BadDomain, 0, len(args), ""}
	}
	return nil
}

// checkMechanism checks the form of the name only (RFC 4422 §3.1); which
// mechanisms there are is the server's affair.
func checkMechanism(args string) *argError {
	if bad := checkWords(1, 2)(args); bad != nil {
		return bad
	}
	name, _, _ := strings.Cut(args, " ")
	for i := 0; i < len(name); i++ {
		c := name[i]
		ok := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_'
		if !ok || len(name) > 20 {
			return &argError{BadParameter, 0, len(name), ""}
		}
	}
	return nil
}

func checkEnvelope(keyword string) func(string) *argError {
	return func(args string) *argError {
		_, bad := parseEnvelope(args, keyword)
		if bad == nil {
			return nil
		}
		if args == "" {
			return &argError{MissingKeyword, -1, 1, keyword}
		}
		return &argError{bad.reason, bad.at, bad.len, bad.want}
	}
}

// checkNumbers wants n numbers; the first counts messages, so it is not 0 (RFC 1939 §5).
func checkNumbers(n int) func(string) *argError {
	return func(args string) *argError {
		if bad := checkWords(n, n)(args); bad != nil {
			return bad
		}
		for i, word := range strings.Fields(args) {
			v, err := strconv.ParseUint(word, 10, 31)
			if i > 0 && errors.Is(err, strconv.ErrRange) {
				continue // more lines than any message has: all of them (RFC 1939 §7)
			}
			if err != nil || i == 0 && v == 0 {
				return &argError{BadNumber, wordAt(args, i), len(word), ""}
			}
		}
		return nil
	}
}

func checkNameDigest(args string) *argError {
	if bad := checkWords(2, 2)(args); bad != nil {
		return bad
	}
	at := wordAt(args, 1)
	digest := strings.TrimSpace(args[at:])
	if len(digest) != 32 || strings.Trim(digest, "0123456789abcdefABCDEF") != "" {
		return &argError{BadDigest, at, len(digest), ""}
	}
	return nil
}

// ParseFrom takes the argument of MAIL apart; the caller has seen it pass the table.
func ParseFrom(args string) (Envelope, bool) {
	e, bad := parseEnvelope(args, "FROM:")
	return e, bad == nil
}

// ParseTo takes the argument of RCPT apart; the caller has seen it pass the table.
func ParseTo(args string) (Envelope, bool) {
	e, bad := parseEnvelope(args, "TO:")
	return e, bad == nil
}
