package explain

import (
	"encoding/binary"
	"strings"
	"unicode/utf16"

	"maillab/phrases"
)

const ntlmMark = "NTLMSSP\x00"

// ntlmType is the type of an NTLM message, 0 for what is none ([MS-NLMP] §2.2.1).
func ntlmType(raw string) int {
	if !strings.HasPrefix(raw, ntlmMark) || len(raw) < 12 {
		return 0
	}
	return int(min(le32(raw, 8), 4))
}

func le32(s string, at int) uint32 {
	if at < 0 || at+4 > len(s) {
		return 0
	}
	return binary.LittleEndian.Uint32([]byte(s[at : at+4]))
}

// ntlmBuffer reads the text that a length and an offset at a place point to.
func ntlmBuffer(raw string, at int, unicode bool) string {
	if at+8 > len(raw) {
		return ""
	}
	n := int(binary.LittleEndian.Uint16([]byte(raw[at : at+2])))
	offset := int64(le32(raw, at+4))
	if n == 0 || offset+int64(n) > int64(len(raw)) {
		return ""
	}
	text := raw[offset : offset+int64(n)]
	if !unicode {
		return strings.ToValidUTF8(text, "\ufffd")
	}
	return utf16LE(text)
}

func utf16LE(s string) string {
	units := make([]uint16, 0, len(s)/2)
	for i := 0; i+1 < len(s); i += 2 {
		units = append(units, uint16(s[i])|uint16(s[i+1])<<8)
	}
	return string(utf16.Decode(units))
}

// ntlmFlagUnicode is NTLMSSP_NEGOTIATE_UNICODE ([MS-NLMP] §2.2.2.5).
const ntlmFlagUnicode = 1

// ntlm recognises the client's messages: the first, and the third with the name in clear.
func (s *saying) ntlm() {
	switch ntlmType(s.raw) {
	case 1:
		s.row("NTLM 1", "ntlm.1")
	case 3:
		s.row("NTLM 3", "ntlm.3")
		unicode := le32(s.raw, 60)&ntlmFlagUnicode != 0
		for _, f := range []struct {
			at    int
			field string
		}{{28, "domain"}, {36, "user"}, {44, "workstation"}} {
			if value := ntlmBuffer(s.raw, f.at, unicode); value != "" {
				s.name(f.field, "", value, "ntlm."+f.field)
			}
		}
	}
}

// ntlmNames are the ids of the names in the target information ([MS-NLMP] §2.2.2.1).
var ntlmNames = map[uint16]string{1: "ntlm.computer", 2: "ntlm.target", 3: "ntlm.dns-computer", 4: "ntlm.dns-domain", 5: "ntlm.dns-forest"}

// ntlmParts takes the server's message apart: it tells who it is before anybody has logged in.
func (v *view) ntlmParts(raw string) {
	if ntlmType(raw) != 2 {
		return
	}
	rows := []Row{{Label: "NTLM 2", Text: saslWords("ntlm.2")}}
	if target := ntlmBuffer(raw, 12, le32(raw, 20)&ntlmFlagUnicode != 0); target != "" {
		rows = append(rows, Row{Label: shown(target), Text: saslWords("ntlm.target")})
	}
	info := ntlmInfo(raw)
	for at := 0; at+4 <= len(info) && len(rows) < maxRows; {
		id := binary.LittleEndian.Uint16([]byte(info[at : at+2]))
		n := int(binary.LittleEndian.Uint16([]byte(info[at+2 : at+4])))
		if id == 0 || at+4+n > len(info) {
			break
		}
		name := utf16LE(info[at+4 : at+4+n])
		if key := ntlmNames[id]; key != "" && name != "" {
			rows = append(rows, Row{Label: shown(name), Text: saslWords(key)})
			if id == 3 {
				v.fieldOnce("server_name", name)
			}
		}
		at += 4 + n
	}
	v.section("sasl", say("section.challenge", phrases.Args{"mechanism": "NTLM"}), rows)
}

// ntlmInfo is the target information of the second message, "" where there is none.
func ntlmInfo(raw string) string {
	if len(raw) < 48 {
		return ""
	}
	n := int(binary.LittleEndian.Uint16([]byte(raw[40:42])))
	offset := int64(le32(raw, 44))
	if offset+int64(n) > int64(len(raw)) {
		return ""
	}
	return raw[offset : offset+int64(n)]
}

// Marks of tokens, in DER: Kerberos (RFC 4121 §4.1) and SPNEGO (RFC 4178).
const (
	kerberosOID = "\x06\x09\x2a\x86\x48\x86\xf7\x12\x01\x02\x02"
	spnegoOID   = "\x06\x06\x2b\x06\x01\x05\x05\x02"
)

func tokenKind(raw string) string {
	switch head := raw[:min(len(raw), 40)]; {
	case strings.HasPrefix(raw, "\x60") && strings.Contains(head, kerberosOID):
		return "token.kerberos"
	case strings.HasPrefix(raw, "\x60") && strings.Contains(head, spnegoOID):
		return "token.spnego"
	case strings.HasPrefix(raw, ntlmMark):
		return "token.ntlm"
	}
	return "token.other"
}

func tokenLabel(raw string) string { return number(len(raw)) + " B" }

// tokenParts says what kind of token a challenge is.
func (v *view) tokenParts(raw string) {
	v.section("sasl", say("section.challenge", phrases.Args{"mechanism": shown(v.mechanism())}),
		[]Row{{Label: tokenLabel(raw), Text: saslWords(tokenKind(raw))}})
}
