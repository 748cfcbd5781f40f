package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"maillab/mockserver"
	"maillab/phrases"
	"maillab/protocol"
)

// serveFlags are the flags of `maillab serve`.
type serveFlags struct {
	smtp, submission, smtps, pop3, pop3s []string
	users, tokens                        []string
	usersFile                            string
	mbox, maildir                        []string
	domain                               string
	tlsCert, tlsKey, caOut               string
	personas, faults                     []string
	tellUsers, noLogin                   bool
	far                                  bool // the second domain too
	lan                                  bool
	keep                                 keepFlags
	observe                              observeFlags
}

// shutdownTime is how long sessions in a transaction may take to finish; tests have no patience for it.
var shutdownTime = 10 * time.Second

func (p *program) serveCommand() *cobra.Command {
	var f serveFlags
	c := &cobra.Command{
		Use: "serve", Args: exactly(0),
		RunE: func(c *cobra.Command, _ []string) error { return p.serve(c.Context(), f) },
	}
	c.Flags().StringArrayVar(&f.smtp, "smtp", nil, "")
	c.Flags().StringArrayVar(&f.submission, "submission", nil, "")
	c.Flags().StringArrayVar(&f.smtps, "smtps", nil, "")
	c.Flags().StringArrayVar(&f.pop3, "pop3", nil, "")
	c.Flags().StringArrayVar(&f.pop3s, "pop3s", nil, "")
	c.Flags().StringArrayVar(&f.users, "user", nil, "")
	c.Flags().StringVar(&f.usersFile, "users", "", "")
	c.Flags().StringArrayVar(&f.mbox, "mbox", nil, "")
	c.Flags().StringArrayVar(&f.maildir, "maildir", nil, "")
	c.Flags().StringArrayVar(&f.tokens, "token", nil, "")
	c.Flags().StringVar(&f.tlsCert, "tls-cert", "", "")
	c.Flags().StringVar(&f.tlsKey, "tls-key", "", "")
	c.Flags().StringVar(&f.caOut, "ca-out", "", "")
	c.Flags().StringVar(&f.domain, "domain", "lab.test", "")
	c.Flags().StringArrayVar(&f.personas, "persona", nil, "")
	c.Flags().StringArrayVar(&f.faults, "fault", nil, "")
	c.Flags().BoolVar(&f.noLogin, "no-login", false, "")
	c.Flags().BoolVar(&f.tellUsers, "tell-users", false, "")
	_ = c.RegisterFlagCompletionFunc("persona", personaNames)
	_ = c.RegisterFlagCompletionFunc("fault", faultNames)
	c.Flags().BoolVar(&f.lan, "lan", false, "")
	c.Flags().BoolVar(&f.far, "far", false, "")
	f.keep.declare(c.Flags())
	f.observe.declare(c.Flags())
	_ = c.RegisterFlagCompletionFunc("log", cobra.FixedCompletions([]string{"text", "json"}, cobra.ShellCompDirectiveNoFileComp))
	return c
}

func (p *program) serve(ctx context.Context, f serveFlags) error {
	cfg, err := f.config()
	if err != nil {
		return err
	}
	defer leaveProcessors(f.keep.data != "")()
	defer saveMemory()()
	metrics, err := p.watch(f.observe, &cfg)
	if err != nil {
		return err
	}
	page, err := f.openMetrics(metrics)
	if err != nil {
		return err
	}
	defer page.close()
	l, err := mockserver.Start(cfg)
	if trouble := strangeName(err); trouble != nil {
		return trouble
	}
	if err != nil {
		return startError(err)
	}
	if err := f.writeCA(l.CertificateAuthority()); err != nil {
		_ = l.Close()
		return err
	}
	if err := p.loadMail(f, l); err != nil {
		_ = l.Close()
		return err
	}
	if metrics != nil {
		metrics.Queue(func() int { return len(l.Queue()) })
	}
	p.announce(l, page)
	<-ctx.Done()
	stop, cancel := context.WithTimeout(context.Background(), shutdownTime)
	defer cancel()
	if err := l.Shutdown(stop); !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return nil // who had not finished by then was cut off: that is how it is meant
}

// announce prints where the servers listen, one NAME=ADDR line each, and READY.
func (p *program) announce(l *mockserver.Lab, page *metricsPage) {
	var addrs []string
	list := func(prefix string, endpoints []mockserver.Endpoint) {
		for _, b := range endpoints {
			fmt.Fprintf(p.out, "%s%s=%s\n", prefix, strings.ToUpper(b.Service), b.Addr)
			addrs = append(addrs, b.Addr)
		}
	}
	list("", l.Endpoints())
	if far := l.Neighbour(); far != nil {
		first, _, _ := strings.Cut(far.Domain(), ".")
		list(strings.ToUpper(first)+"_", far.Endpoints())
	}
	page.announce(p)
	p.warn(append(addrs, page.addr()...))
	fmt.Fprintln(p.out, "READY")
}

// config turns the flags into the servers' configuration. Without any address
// each service gets a free port of the loopback interface.
func (f serveFlags) config() (mockserver.Config, error) {
	cfg := mockserver.Config{Domain: f.domain, Alone: !f.far, Personas: f.personas, Faults: f.faults, TellUsers: f.tellUsers, NoLogin: f.noLogin}
	if !protocol.ValidDomain(f.domain) {
		return cfg, &usageError{say("error.domain", phrases.Args{"value": phrases.Clean(f.domain)})}
	}
	for _, s := range []struct {
		service string
		addrs   []string
	}{{"smtp", f.smtp}, {"submission", f.submission}, {"smtps", f.smtps}, {"pop3", f.pop3}, {"pop3s", f.pop3s}} {
		for _, a := range s.addrs {
			addr, err := f.address(a)
			if err != nil {
				return cfg, err
			}
			cfg.Listeners = append(cfg.Listeners, mockserver.Listener{Service: s.service, Addr: addr})
		}
	}
	users, err := f.accounts()
	if err != nil {
		return cfg, err
	}
	cfg.Users = users
	if err := f.keep.apply(&cfg); err != nil {
		return cfg, err
	}
	certificate, err := f.certificate()
	cfg.Certificate = certificate
	return cfg, err
}

// address completes an address: a port alone means loopback, and anything that
// others can reach must have been allowed with --lan.
func (f serveFlags) address(a string) (string, error) {
	if !strings.Contains(a, ":") {
		a = ":" + a
	}
	host, port, err := net.SplitHostPort(a)
	if err != nil {
		return "", &usageError{say("error.address", phrases.Args{"value": phrases.Clean(a)})}
	}
	if _, err := net.LookupPort("tcp", port); err != nil {
		return "", &usageError{say("error.port", phrases.Args{"value": phrases.Clean(port)})}
	}
	if host == "" {
		host = "127.0.0.1"
	}
	if !loopback(host) && !f.lan {
		return "", &usageError{say("error.lan", phrases.Args{"value": phrases.Clean(a)})}
	}
	return net.JoinHostPort(host, port), nil
}

// loopback: only this machine can reach a listener there.
func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// warn says of each address that others can reach what that means. It goes to the error output, because
// programs read the other one.
func (p *program) warn(addrs []string) {
	for _, a := range addrs {
		if host, _, err := net.SplitHostPort(a); err == nil && !loopback(host) {
			fmt.Fprintln(p.err, "maillab: "+say("serve.lan", phrases.Args{"value": phrases.Clean(a)}).In(p.lang))
		}
	}
}
