package mockserver

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// A persona's queue-id is a text with places for parts of a number that the lab gives once only,
// the microsecond of arrival:
//
//	{dec:6} {hex:9} {HEX:10} {b36:5} {b62:6}   so many digits of it, lowest place last
//	{unix}                                     the second of arrival
//
// Each place takes the digits that the place after it left.

var digitsOf = map[string]string{
	"dec": "0123456789",
	"hex": "0123456789abcdef",
	"HEX": "0123456789ABCDEF",
	"b36": "0123456789abcdefghijklmnopqrstuvwxyz",
	"B36": "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ",
	"b62": "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
}

// queueID writes a number in a persona's form; "" is the lab's own, the mail's unique id.
func queueID(form, id string, when time.Time) string {
	if form == "" {
		return id
	}
	left, _ := strconv.ParseUint(id, 36, 64)
	parts := strings.Split(form, "{")
	for i := len(parts) - 1; i > 0; i-- {
		place, rest, _ := strings.Cut(parts[i], "}")
		if place == "unix" {
			parts[i] = strconv.FormatInt(when.Unix(), 10) + rest
			continue
		}
		kind, width, _ := strings.Cut(place, ":")
		n, _ := strconv.Atoi(width)
		var text string
		text, left = lastDigits(left, digitsOf[kind], n)
		parts[i] = text + rest
	}
	return strings.Join(parts, "")
}

// lastDigits writes the lowest n digits in a base, and returns what is above them.
func lastDigits(v uint64, digits string, n int) (string, uint64) {
	base := uint64(len(digits))
	out := make([]byte, n)
	for i := n - 1; i >= 0; i-- {
		out[i] = digits[v%base]
		v /= base
	}
	return string(out), v
}

// checkQueueID refuses a form with a place that means nothing.
func checkQueueID(form string) error {
	for _, part := range strings.Split(form, "{")[1:] {
		place, _, closed := strings.Cut(part, "}")
		kind, width, _ := strings.Cut(place, ":")
		n, err := strconv.Atoi(width)
		if !closed || place != "unix" && (digitsOf[kind] == "" || err != nil || n < 1 || n > 20) {
			return fmt.Errorf("no place is called {%s}", place)
		}
	}
	return nil
}
