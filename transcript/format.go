package transcript

import (
	"slices"
	"strings"
)

// Format is a way in which a conversation is written down.
type Format string

// The formats.
const (
	Marked  Format = "marked"  // lines marked C: and S:, or > and <, -> and <-, and so on
	Swaks   Format = "swaks"   // output of swaks
	Curl    Format = "curl"    // output of curl -v
	Telnet  Format = "telnet"  // what a terminal showed: nothing is marked
	OpenSSL Format = "openssl" // the same behind openssl s_client
	Python  Format = "python"  // smtplib or poplib with set_debuglevel
	Log     Format = "log"     // lines of the log of Postfix, Exim, Sendmail or qmail
	Bounce  Format = "bounce"  // a delivery status notification (RFC 3464)
	Events  Format = "events"  // maillab's events, one JSON object a line
	Script  Format = "script"  // what maillab itself prints
)

// formats are all of them, with their sources, in the order in which they are looked for.
var formats = []struct {
	name Format
	open func(*Replay, []string) source
	fits func(sample []string) bool
}{
	{Events, newEvents, fitsEvents},
	{Bounce, newBounce, fitsBounce},
	{Script, newScript, fitsScript},
	{Curl, newCurl, fitsCurl},
	{Swaks, newSwaks, fitsSwaks},
	{Python, newPython, fitsPython},
	{OpenSSL, newOpenSSL, fitsOpenSSL},
	{Marked, newMarked, fitsMarked},
	{Log, newLog, fitsLog},
	{Telnet, newTelnet, fitsTelnet},
	{Log, newLog, fitsQuote},
}

// Formats names all formats.
func Formats() []Format {
	var out []Format
	for _, f := range formats {
		if !slices.Contains(out, f.name) {
			out = append(out, f.name)
		}
	}
	return out
}

// source reads one format: it says who spoke.
type source interface {
	// take is given one line of the text, without its ending.
	take(line string)
	// done is called after the last.
	done()
}

// Detect tells the format of a text from its beginning, "" when it is none of them.
func Detect(beginning string) Format {
	sample := sampleOf(beginning)
	for _, f := range formats {
		if f.fits(sample) {
			return f.name
		}
	}
	return ""
}

func sampleOf(text string) []string {
	lines := strings.Split(text, "\n")
	for i := range lines {
		lines[i] = strings.TrimSuffix(lines[i], "\r")
	}
	return lines
}

// count returns how many lines of the sample ok agrees to.
func count(sample []string, ok func(string) bool) int {
	n := 0
	for _, l := range sample {
		if ok(l) {
			n++
		}
	}
	return n
}

// serverLike: a line that only a server says.
func serverLike(line string) bool {
	for _, code := range []string{"+OK", "-ERR", "+"} {
		if line == code || strings.HasPrefix(line, code+" ") {
			return true
		}
	}
	if len(line) < 3 || line[0] < '2' || line[0] > '5' || strings.Trim(line[:3], "0123456789") != "" {
		return false
	}
	return len(line) == 3 || line[3] == ' ' || line[3] == '-'
}
