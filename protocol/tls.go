package protocol

import (
	"strings"
	"time"
)

// TLS is what a TLS handshake led to, as the client saw it.
type TLS struct {
	// Version is "TLS 1.3", Cipher the cipher suite's registered name.
	Version string `json:"version,omitempty"`
	Cipher  string `json:"cipher,omitempty"`
	// Outdated: the version is one that must not be used any more (RFC 8996).
	Outdated bool `json:"outdated,omitempty"`
	// ServerName is the name that the client meant to reach and asked the certificate for.
	ServerName string `json:"server_name,omitempty"`
	// Verified is true when the certificate leads to an authority that is trusted and is for that name.
	Verified bool `json:"verified"`
	// Lab is true when that authority is the lab's own.
	Lab bool `json:"lab,omitempty"`
	// Problem says why the certificate is not verified, or why the handshake failed.
	Problem TLSProblem `json:"problem,omitempty"`
	// Subject and Issuer of the certificate, the Names it is for, and how long it is good.
	Subject   string    `json:"subject,omitempty"`
	Issuer    string    `json:"issuer,omitempty"`
	Names     []string  `json:"names,omitempty"`
	NotBefore time.Time `json:"not_before,omitzero"`
	NotAfter  time.Time `json:"not_after,omitzero"`
	// Injected counts octets that came in the clear between the agreement to start TLS and the
	// handshake. They were thrown away: nobody knows who sent them (RFC 3207 §6).
	Injected int `json:"injected,omitempty"`
}

// implicitPorts are the ports, and their registered names, on which TLS begins with the first
// octet (RFC 8314 §3, §7.3): plain telnet waits there for a greeting that never comes.
var implicitPorts = map[string]Protocol{
	"465": SMTP, "submissions": SMTP, "smtps": SMTP,
	"995": POP3, "pop3s": POP3,
}

// ImplicitTLS reports whether a port, number or name, is one on which TLS begins at once.
func ImplicitTLS(port string) bool {
	_, ok := implicitPorts[strings.ToLower(port)]
	return ok
}

// TLSProblem says in one word what is wrong with a certificate or went wrong in a handshake.
// It is the key of the words for it in the data files.
type TLSProblem string

// What is wrong with a certificate; the connection goes on.
const (
	TLSUnknownAuthority TLSProblem = "unknown-authority" // nobody we trust has signed it
	TLSSelfSigned       TLSProblem = "self-signed"       // it has signed itself
	TLSWrongName        TLSProblem = "wrong-name"        // it is for other names
	TLSExpired          TLSProblem = "expired"           // its time is over
	TLSNotYetValid      TLSProblem = "not-yet-valid"     // its time has not come
	TLSBadCertificate   TLSProblem = "bad-certificate"   // anything else
)

// What went wrong in a handshake; the connection is closed.
const (
	TLSNotSpoken TLSProblem = "not-tls" // the other side does not speak TLS here
	TLSRefused   TLSProblem = "alert"   // the other side ended it with an alert
	TLSCut       TLSProblem = "cut"     // the connection ended in the middle of it
	TLSTimeout   TLSProblem = "timeout" // nothing came
	TLSFailed    TLSProblem = "failed"  // anything else
)
