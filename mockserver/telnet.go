package mockserver

import (
	"bytes"
	"io"
	"slices"
)

// Octets of the telnet protocol (RFC 854) and its timing mark (RFC 860).
const (
	iac        = 255
	dont       = 254
	do         = 253
	will       = 251
	subBegin   = 250
	subEnd     = 240
	timingMark = 6
)

// telnetFilter takes telnet's own commands out of what a telnet client sends. They come when
// the learner interrupts, and from some clients at the beginning or amid typed Chinese. A client
// that sends a timing mark shows nothing more until it is answered.
//
// In a command line an octet 255 can be nothing else. In content it can be a letter of an 8-bit
// character set, so there telnet is believed only when it is known from before or when a whole
// IAC DO TIMING-MARK stands there: its third octet is a control character that no text holds.
type telnetFilter struct {
	known   bool   // the client is a telnet
	content bool   // what comes is content
	held    []byte // the beginning of a command that has not come to its end
}

// filter returns what of buf is not telnet's, together with what was held before; answers go to
// out. Where there is nothing to do, which is nearly always, that is buf itself.
func (f *telnetFilter) filter(buf []byte, out io.Writer) []byte {
	if len(f.held) == 0 && bytes.IndexByte(buf, iac) < 0 {
		return buf
	}
	all := slices.Concat(f.held, buf)
	f.held = nil
	return f.strip(all, out)
}

func (f *telnetFilter) strip(all []byte, out io.Writer) []byte {
	kept := make([]byte, 0, len(all))
	for len(all) > 0 {
		if all[0] != iac {
			n := bytes.IndexByte(all, iac)
			if n < 0 {
				n = len(all)
			}
			kept, all = append(kept, all[:n]...), all[n:]
			continue
		}
		if f.content && !f.known {
			switch standsTimingMark(all) {
			case no:
				kept, all = append(kept, iac), all[1:]
				continue
			case perhaps:
				f.held = append([]byte(nil), all...)
				return kept
			}
		}
		f.known = true
		n, octet := f.command(all, out)
		if n == 0 {
			f.held = append([]byte(nil), all...)
			return kept
		}
		kept, all = append(kept, octet...), all[n:]
	}
	return kept
}

// command handles the command that b begins with and returns its length and the octet of data
// it stands for, if any; length 0 means that more must come.
func (f *telnetFilter) command(b []byte, out io.Writer) (n int, data []byte) {
	switch {
	case len(b) < 2:
		return 0, nil
	case b[1] == iac:
		return 2, b[1:2]
	case b[1] >= will && b[1] <= dont:
		if len(b) < 3 {
			return 0, nil
		}
		if b[1] == do && b[2] == timingMark {
			_, _ = out.Write([]byte{iac, will, timingMark})
		}
		return 3, nil
	case b[1] == subBegin:
		end := bytes.Index(b, []byte{iac, subEnd})
		if end < 0 && len(b) < 256 {
			return 0, nil
		}
		if end < 0 {
			return 2, nil
		}
		return end + 2, nil
	}
	return 2, nil
}

type certainty int

const (
	no certainty = iota
	perhaps
	yes
)

// standsTimingMark: IAC DO TIMING-MARK, alone or right after one command of two octets.
func standsTimingMark(b []byte) certainty {
	if len(b) >= 2 && b[1] >= 236 && b[1] <= 249 {
		return beginsWith(b[2:], iac, do, timingMark)
	}
	return beginsWith(b, iac, do, timingMark)
}

func beginsWith(b []byte, want ...byte) certainty {
	for i, c := range want {
		if i == len(b) {
			return perhaps
		}
		if b[i] != c {
			return no
		}
	}
	return yes
}
