package mockserver

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"

	"maillab/mockserver/maildir"
)

// How long the lab's certificates are good, and how much a clock may be slow.
const (
	authorityLife   = 10 * 365 * 24 * time.Hour
	certificateLife = 365 * 24 * time.Hour
	clockSlack      = 24 * time.Hour
)

// authority is the lab's own certificate authority. Nobody trusts it who was not told to.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

// authority reads the CA from its file, or makes one, and keeps it where a file is named.
func (c Config) authority() (*authority, error) {
	file := c.AuthorityFile
	if file == "" && c.Data != "" {
		file = filepath.Join(c.Data, authorityName)
	}
	if file == "" {
		return newAuthority(c.Domain, c.Now())
	}
	data, err := os.ReadFile(file)
	if err == nil {
		return parseAuthority(data)
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	a, err := newAuthority(c.Domain, c.Now())
	if err != nil {
		return nil, err
	}
	return a, a.save(file)
}

func newAuthority(domain string, now time.Time) (*authority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	template, err := newTemplate("maillab CA of "+domain, now, authorityLife)
	if err != nil {
		return nil, err
	}
	template.IsCA, template.BasicConstraintsValid, template.MaxPathLenZero = true, true, true
	template.KeyUsage = x509.KeyUsageCertSign | x509.KeyUsageCRLSign
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return nil, err
	}
	cert, err := x509.ParseCertificate(der)
	return &authority{cert, key}, err
}

func newTemplate(name string, now time.Time, life time.Duration) (*x509.Certificate, error) {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return nil, err
	}
	return &x509.Certificate{
		SerialNumber: serial,
		Subject:      pkix.Name{Organization: []string{"maillab"}, CommonName: name},
		NotBefore:    now.Add(-clockSlack), NotAfter: now.Add(life),
	}, nil
}

// issue makes a server certificate for names and IP addresses (RFC 6125), good from now on. Without
// an authority the certificate signs itself.
func (a *authority) issue(names []string, now time.Time) (*tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	template, err := newTemplate(names[0], now, certificateLife)
	if err != nil {
		return nil, err
	}
	template.KeyUsage = x509.KeyUsageDigitalSignature
	template.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	for _, n := range names {
		if ip := net.ParseIP(n); ip != nil {
			template.IPAddresses = append(template.IPAddresses, ip)
		} else {
			template.DNSNames = append(template.DNSNames, n)
		}
	}
	signer, signing := template, key
	if a != nil {
		signer, signing = a.cert, a.key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, signer, &key.PublicKey, signing)
	if err != nil {
		return nil, err
	}
	chain := [][]byte{der}
	if a != nil {
		chain = append(chain, a.cert.Raw)
	}
	leaf, err := x509.ParseCertificate(der)
	return &tls.Certificate{Certificate: chain, PrivateKey: key, Leaf: leaf}, err
}

func (a *authority) pem() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.cert.Raw})
}

// save writes certificate and key into a file that only its owner can read, whole or not at all: a torn one
// would stop every later start.
func (a *authority) save(file string) error {
	key, err := x509.MarshalPKCS8PrivateKey(a.key)
	if err != nil {
		return err
	}
	data := append(a.pem(), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key})...)
	folder, err := maildir.OpenFolder(filepath.Dir(file))
	if err != nil {
		return err
	}
	err = folder.Replace(filepath.Base(file), func(f *os.File) error { _, err := f.Write(data); return err })
	return errors.Join(err, folder.Sync())
}

func parseAuthority(data []byte) (*authority, error) {
	pair, err := tls.X509KeyPair(data, data)
	if err != nil {
		return nil, fmt.Errorf("mockserver: certificate authority: %w", err)
	}
	key, ok := pair.PrivateKey.(*ecdsa.PrivateKey)
	if !ok || !pair.Leaf.IsCA {
		return nil, errors.New("mockserver: that is no certificate authority of the lab's")
	}
	return &authority{pair.Leaf, key}, nil
}
