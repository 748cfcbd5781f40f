package explain

import (
	"strconv"
	"strings"

	"maillab/phrases"
)

// queued finds the queue id in the 250 after the dot, in the ways of the known
// servers, and says where it is not given.
func (v *view) queued() {
	id := v.queueID()
	if id == "" {
		v.a.Summary = say("summary.queued", nil)
		return
	}
	v.field("queue_id", id)
	v.spanOf(id, "queue-id", phrases.Args{"id": shown(id)})
	v.a.Summary = say("summary.queued-as", phrases.Args{"id": shown(id)})
}

// queueMarks are the words in front of an id: Postfix, the lab and Coremail;
// Exim; Exchange.
var queueMarks = []string{"queued as ", "queued mail as ", "ok id=", " id=", "queue id ", "message accepted with id ", "internalid=", "envelope id ", "message queued ("}

func (v *view) queueID() string {
	words := strings.Fields(v.text)
	if id := v.qmailID(words); id != "" {
		return id
	}
	lower := lowerASCII(v.text)
	for _, mark := range queueMarks {
		if at := strings.Index(lower, mark); at >= 0 {
			rest := strings.Fields(v.text[at+len(mark):])
			if len(rest) == 0 {
				return ""
			}
			v.queueTime(rest)
			return strings.Trim(rest[0], "<>,;.[]()")
		}
	}
	// Sendmail and OpenSMTPD: <id> Message accepted for delivery.
	for i, w := range words {
		if i > 0 && strings.EqualFold(w, "Message") && i+1 < len(words) && strings.HasPrefix(strings.ToLower(words[i+1]), "accepted") {
			return words[i-1]
		}
	}
	// Gmail: OK <time> <id> - gsmtp.
	if n := len(words); n >= 4 && words[n-1] == "gsmtp" && words[n-2] == "-" {
		if t, err := strconv.Atoi(words[n-4]); err == nil && len(words[n-4]) >= 9 {
			v.field("unix_time", t)
		}
		return words[n-3]
	}
	// Courier: Ok. <id>, three or four hexadecimal numbers.
	if n := len(words); n == 2 && strings.EqualFold(words[0], "ok.") && strings.Count(words[1], ".") >= 2 {
		return words[1]
	}
	return numberedID(words)
}

// numberedID: Yandex's "queued on host as <id>", IronPort's "Message <id> accepted",
// Amazon's "Ok <id>".
func numberedID(words []string) string {
	n := len(words)
	for i := 0; i+2 < n; i++ {
		if words[i] == "queued" && words[i+1] == "on" {
			return strings.Trim(words[n-1], ".")
		}
		if words[i] == "Message" && words[i+2] == "accepted" && isNumber(words[i+1], 20) {
			return words[i+1]
		}
	}
	if n == 2 && words[0] == "Ok" && len(words[1]) > 20 && strings.Count(words[1], "-") > 1 {
		return words[1]
	}
	return ""
}

// qmailID: ok <unix time> qp <process id>.
func (v *view) qmailID(words []string) string {
	for i := 1; i+1 < len(words); i++ {
		t, err := strconv.Atoi(words[i-1])
		if words[i] != "qp" || err != nil {
			continue
		}
		v.field("unix_time", t)
		v.spanOf(words[i-1], "unix-time", nil)
		return words[i+1]
	}
	return ""
}

// queueTime: Coremail puts the Unix time behind its id.
func (v *view) queueTime(rest []string) {
	if len(rest) < 2 || len(rest[1]) != 10 {
		return
	}
	if t, err := strconv.Atoi(rest[1]); err == nil {
		v.field("unix_time", t)
		v.spanOf(rest[1], "unix-time", nil)
	}
}
