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

// telnetFilter takes telnet's own commands out of what a telnet client sends. They come when the learner
// interrupts, and from some clients at the beginning. A client that sends a timing mark shows nothing more until it is
// answered. All this is in the clear only: nobody speaks telnet inside TLS.
//
// An octet 255 can as well be a mistake in a command line, or a letter of an 8-bit character set in content, which must
// come through as it is. So a client is believed to be a telnet by how its commands come: at the beginning of what
// arrives at once, because telnet sends them at once; and in content only as the whole of it: a command and a timing mark, which is what an interrupt key sends.
// What has shown itself as telnet doubles an octet 255 that it means. A chunk of BDAT is counted, and never touched.
type telnetFilter struct {
	known bool // the client is a telnet
	in    speech
	held  []byte // the beginning of a command that has not come to its end
}

// speech is what comes over a wire now.
type speech int

const (
	commands speech = iota
	content         // of DATA
	counted         // octets of BDAT
)

// leastCommand is the lowest octet that is a command after IAC (RFC 1184 §2.5, EOF).
const leastCommand = 236

// filter returns what of buf is not telnet's, together with what was held before; answers go to
// out. Where there is nothing to do, which is nearly always, that is buf itself.
func (f *telnetFilter) filter(buf []byte, out io.Writer) []byte {
	if len(f.held) == 0 && (f.in == counted || bytes.IndexByte(buf, iac) < 0) {
		return buf
	}
	all := slices.Concat(f.held, buf)
	f.held = nil
	if f.in == counted || !f.known && !f.shows(all) {
		return all
	}
	if !f.known && len(all) < 2 {
		f.held = all
		return nil
	}
	f.known = true
	return f.strip(all, out)
}

// shows reports whether an unknown client shows itself as a telnet, or may in a moment.
func (f *telnetFilter) shows(all []byte) bool {
	if all[0] != iac {
		return false
	}
	if f.in == commands {
		return len(all) < 2 || all[1] >= leastCommand && all[1] != iac
	}
	return len(all) == 5 && all[1] >= leastCommand && all[1] < subBegin && bytes.Equal(all[2:], []byte{iac, do, timingMark})
}

func (f *telnetFilter) strip(all []byte, out io.Writer) []byte {
	kept := make([]byte, 0, len(all))
	for len(all) > 0 {
		n := bytes.IndexByte(all, iac)
		if n < 0 {
			n = len(all)
		}
		if kept, all = append(kept, all[:n]...), all[n:]; len(all) == 0 {
			break
		}
		n, octet := f.command(all, out)
		if n == 0 {
			f.held = append([]byte(nil), all...)
			break
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
	case b[1] < leastCommand:
		return 1, b[:1]
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
