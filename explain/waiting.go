package explain

import (
	"strconv"
	"strings"

	"maillab/phrases"
)

// waitClasses are what passes by waiting, so that a time in the words is how long.
var waitClasses = map[string]bool{
	"greylist": true, "rate-limit": true, "temp-failure": true, "login-delay": true, "auth-rate-limit": true,
	"service-unavailable": true, "too-many-connections": true, "ip-blocked": true,
}

// waitUnits in seconds, as words begin.
var waitUnits = []struct {
	word    string
	seconds int
}{{"sec", 1}, {"min", 60}, {"hour", 3600}, {"秒", 1}, {"分", 60}, {"小时", 3600}}

// maxWait is a week: a longer time is no time to wait.
const maxWait = 7 * 24 * 3600

// waiting finds how long the server wants the client to wait: "in 00:05:00",
// "for 300 seconds", "at least 5 minutes apart".
func (v *view) waiting() {
	if !waitClasses[v.a.Class] {
		return
	}
	for i := 0; i < len(v.lower); {
		if v.lower[i] < '0' || v.lower[i] > '9' {
			i++
			continue
		}
		seconds, n := timeAt(v.lower[i:])
		if seconds > 0 && seconds <= maxWait && (i == 0 || v.lower[i-1] == ' ' || v.lower[i-1] >= 0x80) {
			v.waitFields(seconds, i, n)
			return
		}
		i += max(n, 1)
	}
}

func (v *view) waitFields(seconds, at, length int) {
	minutes := (seconds + 59) / 60
	if v.a.Class == "login-delay" {
		v.field("delay_minutes", minutes)
	} else {
		v.field("retry_minutes", minutes)
	}
	v.field("retry_after", seconds)
	if !v.gbk && at+length <= len(v.text) {
		v.spanAt(at, length, "wait", phrases.Args{"n": number(seconds)})
	}
}

// timeAt reads a time from the start of s: h:mm:ss, or a number and its unit.
func timeAt(s string) (seconds, length int) {
	n := digitsAt(s, 0)
	value, err := strconv.Atoi(s[:min(n, 9)])
	if err != nil || n > 6 {
		return 0, n
	}
	if len(s) >= n+6 && s[n] == ':' && s[n+3] == ':' && n <= 2 {
		m, err1 := strconv.Atoi(s[n+1 : n+3])
		sec, err2 := strconv.Atoi(s[n+4 : n+6])
		if err1 == nil && err2 == nil && m < 60 && sec < 60 && (len(s) == n+6 || !isWordByte(s[n+6])) {
			return value*3600 + m*60 + sec, n + 6
		}
		return 0, n + 6
	}
	rest := strings.TrimLeft(s[n:], " -")
	for _, u := range waitUnits {
		if strings.HasPrefix(rest, u.word) {
			return value * u.seconds, len(s) - len(rest) + unitEnd(rest, u.word)
		}
	}
	return 0, n
}

// unitEnd is the length of the unit's word: "minutes" for "min".
func unitEnd(rest, word string) int {
	if word[0] >= 0x80 {
		return len(word)
	}
	return wordEnd(rest)
}
