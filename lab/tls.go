package lab

import (
	"slices"
	"strconv"
	"time"

	"maillab/phrases"
	"maillab/protocol"
)

// maxNames is how many names of a certificate are told; some have hundreds.
const maxNames = 6

// TLSStory is what a TLS handshake led to, in words.
type TLSStory struct {
	// Agreed tells version and cipher suite, Certificate whose it is.
	Agreed, Certificate phrases.Text
	// Verdict says whether the certificate is worth anything; Trusted, that it is.
	Verdict phrases.Text
	Trusted bool
	// Warnings are about what else was odd, Advice is what to say now.
	Warnings []phrases.Text
	Advice   phrases.Text
}

// TellTLS puts a tls event into words.
func TellTLS(e protocol.Event) TLSStory {
	t := e.TLS
	args := phrases.Args{
		"host": phrases.Clean(e.Host), "version": phrases.Clean(t.Version), "cipher": phrases.Clean(t.Cipher),
		"subject": orDash(phrases.Clean(t.Subject)), "issuer": orDash(phrases.Clean(t.Issuer)), "names": certificateNames(t.Names),
		"from": t.NotBefore.Format(time.DateOnly), "until": t.NotAfter.Format(time.DateOnly), "octets": strconv.Itoa(t.Injected),
	}
	story := TLSStory{
		Agreed: Say("tls.agreed", args), Certificate: Say("tls.certificate", args), Trusted: t.Verified,
		Verdict: Say("tls.problem."+string(t.Problem), args), Advice: Say("tls.again."+string(e.Context.Protocol), args),
	}
	switch {
	case t.Lab:
		story.Verdict = Say("tls.verified-lab", args)
	case t.Verified:
		story.Verdict = Say("tls.verified", args)
	}
	if e.Context.Greeting() {
		story.Advice = Say("tls.greeting", args)
	}
	if t.Outdated {
		story.Warnings = append(story.Warnings, Say("tls.outdated", args))
	}
	if t.Injected > 0 {
		story.Warnings = append(story.Warnings, Say("tls.injected", args))
	}
	return story
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

func certificateNames(names []string) string {
	if len(names) > maxNames {
		names = append(slices.Clone(names[:maxNames]), "...")
	}
	return orDash(phrases.List(cleaned(names)))
}

// cleaned are words from outside, made safe one by one.
func cleaned(words []string) []string {
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = phrases.Clean(w)
	}
	return out
}
