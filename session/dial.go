package session

import (
	"context"
	"errors"
	"net"
	"syscall"
)

// Dialer makes connections: net.Dialer for the real world, the lab network for
// the lab's names.
type Dialer interface {
	DialContext(ctx context.Context, network, address string) (net.Conn, error)
}

// DialProblem says in one word why no connection came about. It is the key of
// the words for it in the data files.
type DialProblem string

// The problems.
const (
	DialUnknownHost DialProblem = "unknown-host"
	DialRefused     DialProblem = "refused"
	DialTimeout     DialProblem = "timeout"
	DialUnreachable DialProblem = "unreachable"
	DialReset       DialProblem = "reset"
	DialBadPort     DialProblem = "bad-port"
	DialCancelled   DialProblem = "cancelled"
	DialOther       DialProblem = "other"
)

// DialError is a connection that did not come about.
type DialError struct {
	Host, Port string
	Problem    DialProblem
	Err        error
}

// Error gives the machine's words; screens use the data files'.
func (e *DialError) Error() string {
	return "dial " + net.JoinHostPort(e.Host, e.Port) + ": " + e.Err.Error()
}

// Unwrap returns the cause.
func (e *DialError) Unwrap() error { return e.Err }

func dialProblem(err error) DialProblem {
	var dns *net.DNSError
	var addr *net.AddrError
	var errno syscall.Errno
	var timeout net.Error
	switch {
	case errors.Is(err, context.Canceled):
		return DialCancelled
	case errors.As(err, &dns) && dns.IsTimeout:
		return DialTimeout
	case errors.As(err, &dns) && dns.Name != "" && isPortLookup(dns):
		return DialBadPort
	case errors.As(err, &dns):
		return DialUnknownHost
	case errors.As(err, &addr):
		return DialBadPort
	case errors.As(err, &errno):
		return errnoProblem(errno)
	case errors.As(err, &timeout) && timeout.Timeout(), errors.Is(err, context.DeadlineExceeded):
		return DialTimeout
	}
	return DialOther
}

// isPortLookup: net reports an unknown service name as a DNS error about "tcp/name".
func isPortLookup(e *net.DNSError) bool {
	return len(e.Name) > 4 && e.Name[:4] == "tcp/"
}

// The Winsock numbers of the same errors; Go's syscall constants do not cover them.
const (
	wsaNetUnreachable  syscall.Errno = 10051
	wsaConnReset       syscall.Errno = 10054
	wsaTimedOut        syscall.Errno = 10060
	wsaConnRefused     syscall.Errno = 10061
	wsaHostUnreachable syscall.Errno = 10065
)

func errnoProblem(errno syscall.Errno) DialProblem {
	switch errno {
	case syscall.ECONNREFUSED, wsaConnRefused:
		return DialRefused
	case syscall.ETIMEDOUT, wsaTimedOut:
		return DialTimeout
	case syscall.EHOSTUNREACH, syscall.ENETUNREACH, wsaNetUnreachable, wsaHostUnreachable:
		return DialUnreachable
	case syscall.ECONNRESET, wsaConnReset:
		return DialReset
	}
	return DialOther
}

// isReset reports whether the peer reset the connection.
func isReset(err error) bool {
	var errno syscall.Errno
	if !errors.As(err, &errno) {
		return false
	}
	return errno == syscall.ECONNRESET || errno == syscall.EPIPE || errno == wsaConnReset
}
