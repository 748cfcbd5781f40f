package protocol

import "bytes"

// Stuff makes message the way it travels after DATA or RETR: line endings are
// CRLF, a line that begins with a dot gets one more, and a lone dot ends it
// (RFC 5321 §4.5.2, RFC 1939 §3).
func Stuff(message []byte) []byte {
	out := make([]byte, 0, len(message)+len(message)/64+8)
	for len(message) > 0 {
		line, rest, found := bytes.Cut(message, []byte("\n"))
		message = rest
		if found {
			line = bytes.TrimSuffix(line, []byte("\r"))
		}
		if len(line) > 0 && line[0] == '.' {
			out = append(out, '.')
		}
		out = append(append(out, line...), CRLF...)
	}
	return append(out, ".\r\n"...)
}

// Unstuff takes the extra dot off one line of content.
func Unstuff(line string) string {
	if len(line) > 1 && line[0] == '.' {
		return line[1:]
	}
	return line
}
