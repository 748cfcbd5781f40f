package main

import (
	"errors"
	"io/fs"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"maillab/mockserver"
	"maillab/phrases"
)

// keepFlags are the flags of `maillab serve` for whoever keeps servers: where mail is, and what the
// limits are.
type keepFlags struct {
	data   string
	limits map[string]*string // by flag
	idle   string
}

// limitFlags are the limits that can be set. Sizes are in octets, the others are counts.
var limitFlags = []struct {
	name   string
	octets bool
	field  func(*mockserver.Limits) *int
}{
	{"max-size", true, func(l *mockserver.Limits) *int { return &l.Message }},
	{"max-mailbox", true, func(l *mockserver.Limits) *int { return &l.Mailbox }},
	{"max-arriving", true, func(l *mockserver.Limits) *int { return &l.Arriving }},
	{"max-recipients", false, func(l *mockserver.Limits) *int { return &l.Recipients }},
	{"max-errors", false, func(l *mockserver.Limits) *int { return &l.Errors }},
	{"max-connections", false, func(l *mockserver.Limits) *int { return &l.Connections }},
	{"max-connections-per-address", false, func(l *mockserver.Limits) *int { return &l.ConnectionsPer }},
	{"max-queue", false, func(l *mockserver.Limits) *int { return &l.Queue }},
}

const idleFlag = "idle-timeout"

func (f *keepFlags) declare(flags *pflag.FlagSet) {
	flags.StringVar(&f.data, "data", "", "")
	f.limits = map[string]*string{}
	for _, l := range limitFlags {
		f.limits[l.name] = flags.String(l.name, "", "")
	}
	flags.StringVar(&f.idle, idleFlag, "", "")
}

// apply turns the flags into the servers' configuration.
func (f *keepFlags) apply(cfg *mockserver.Config) error {
	cfg.Data = f.data
	for _, l := range limitFlags {
		text := *f.limits[l.name]
		if text == "" {
			continue
		}
		read, wrong := parseCount, "error.count"
		if l.octets {
			read, wrong = parseOctets, "error.octets"
		}
		n, ok := read(text)
		if !ok {
			return &usageError{say(wrong, phrases.Args{"flag": "--" + l.name, "value": phrases.Clean(text)})}
		}
		*l.field(&cfg.Limits) = n
	}
	if f.idle != "" {
		d, err := time.ParseDuration(f.idle)
		if err != nil || d <= 0 {
			return &usageError{say("error.duration", phrases.Args{"flag": "--" + idleFlag, "value": phrases.Clean(f.idle)})}
		}
		cfg.IdleTimeout = d
	}
	return nil
}

func parseCount(text string) (int, bool) {
	n, err := strconv.Atoi(text)
	return n, err == nil && n > 0
}

// parseOctets reads a number of octets, with a unit: 512, 64KiB, 10MiB, 2GiB; K, M and G mean the same.
func parseOctets(text string) (int, bool) {
	digits := strings.TrimRight(text, "KMGiB")
	shift, known := map[string]int{
		"": 0, "B": 0, "K": 10, "KiB": 10, "M": 20, "MiB": 20, "G": 30, "GiB": 30,
	}[text[len(digits):]]
	n, err := strconv.Atoi(digits)
	ok := known && err == nil && n > 0 && n<<shift>>shift == n
	return n << shift, ok
}

// startError words why the servers could not be started.
func startError(err error) error {
	var used *mockserver.DataInUseError
	if errors.As(err, &used) {
		return &failure{say("error.data-in-use", phrases.Args{"dir": phrases.Clean(used.Dir)})}
	}
	var accounts *mockserver.AccountsError
	if errors.As(err, &accounts) {
		return &failure{say("error.accounts", phrases.Args{"file": phrases.Clean(accounts.Path), "error": phrases.Clean(accounts.Err.Error())})}
	}
	var file *fs.PathError
	if errors.As(err, &file) {
		return &failure{say("error.file", phrases.Args{"file": phrases.Clean(file.Path), "error": phrases.Clean(file.Err.Error())})}
	}
	return &failure{say("error.listen", phrases.Args{"error": phrases.Clean(err.Error())})}
}
