// Package mail reads what a mail holds: header fields, the way it came, what
// servers found out about it, its parts, and what a delivery report says
// (RFC 5322, RFC 2045 to 2047, RFC 2231, RFC 3464, RFC 8601).
//
// It reads lines one after the other and keeps a bounded amount of each thing,
// because whoever writes a mail may write anything into it. It judges nothing
// and has no words for people: package explain has those.
package mail
