package main

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// serving runs `maillab serve` inside the test and returns its listeners by name.
func serving(t *testing.T, args ...string) map[string]string {
	t.Helper()
	_, ports := servingUntil(t, args...)
	return ports
}

// servingUntil is serving with a way to end it before the test does: by the signal, as it were.
func servingUntil(t *testing.T, args ...string) (stop func(), ports map[string]string) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	r, w := io.Pipe()
	done := make(chan int, 1)
	go func() {
		done <- Run(ctx, append([]string{"serve"}, args...), strings.NewReader(""), w, t.Output())
		_ = w.Close()
	}()
	stop = sync.OnceFunc(func() {
		cancel()
		_, _ = io.Copy(io.Discard, r)
		assert.Equal(t, 0, <-done)
	})
	t.Cleanup(stop)
	return stop, portsOf(r)
}

// portsOf reads the NAME=ADDR lines up to READY.
func portsOf(r io.Reader) map[string]string {
	out := map[string]string{}
	lines := bufio.NewScanner(r)
	for lines.Scan() && lines.Text() != "READY" {
		name, addr, _ := strings.Cut(lines.Text(), "=")
		out[name] = addr
	}
	return out
}

// greeting is the first line under TLS, verified against the certificates in a file.
func greeting(t *testing.T, addr, caFile, host string) string {
	t.Helper()
	data, err := os.ReadFile(caFile)
	require.NoError(t, err)
	pool := x509.NewCertPool()
	require.True(t, pool.AppendCertsFromPEM(data))
	c, err := tls.Dial("tcp", addr, &tls.Config{RootCAs: pool, ServerName: host})
	require.NoError(t, err)
	defer func() { _ = c.Close() }()
	_ = c.SetDeadline(time.Now().Add(60 * time.Second))
	line, err := bufio.NewReader(c).ReadString('\n')
	require.NoError(t, err)
	return line
}

func TestServeWithTheLabsAuthority(t *testing.T) {
	ca := filepath.Join(t.TempDir(), "ca.pem")
	ports := serving(t, "--ca-out", ca)
	assert.Len(t, ports, 5)
	assert.Contains(t, greeting(t, ports["SMTPS"], ca, "smtp.lab.test"), "220 smtp.lab.test")
	assert.Contains(t, greeting(t, ports["POP3S"], ca, "localhost"), "+OK pop3.lab.test")
}

func TestServeWithACertificateFromOutside(t *testing.T) {
	dir := t.TempDir()
	cert, key := filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	writePair(t, cert, key)
	ports := serving(t, "--smtps", "127.0.0.1:0", "--tls-cert", cert, "--tls-key", key)
	assert.Contains(t, greeting(t, ports["SMTPS"], cert, "mail.school.test"), "220 smtp.lab.test")
}

// writePair writes a self-signed certificate for mail.school.test and its key.
func writePair(t *testing.T, cert, key string) {
	t.Helper()
	der, private := selfSigned(t, "mail.school.test")
	pkcs8, err := x509.MarshalPKCS8PrivateKey(private)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(cert, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600))
	require.NoError(t, os.WriteFile(key, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8}), 0o600))
}
