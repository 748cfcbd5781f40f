package mockserver

import (
	"bytes"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/natefinch/atomic"
	"github.com/xdg-go/scram"
)

// accountsName is the file of the accounts under Config.Data. No user's folder begins with a dot.
const accountsName = ".accounts.json"

// keptRounds is what RFC 7677 §4 recommends at least for passwords that matter.
const keptRounds = 15000

// AccountsError says that the file of accounts cannot be used. It is left as it is.
type AccountsError struct {
	Path string
	Err  error
}

// Error gives the machine's words; screens use the data files'.
func (e *AccountsError) Error() string { return "mockserver: " + e.Path + ": " + e.Err.Error() }

func (e *AccountsError) Unwrap() error { return e.Err }

// accountsFile is what is kept of the accounts with Config.Data: no password, and no token.
type accountsFile struct {
	// Secret makes the salts of names that nobody has, so that they stay the same, as real ones do.
	Secret   []byte    `json:"secret"`
	Accounts []account `json:"accounts"`
}

// account is one user at rest. SCRAM's keys serve every login that shows the password; what needs the
// password itself (CRAM-MD5, APOP) is not possible with them.
type account struct {
	Name   string    `json:"name"`
	Salt   []byte    `json:"salt"`
	Rounds int       `json:"rounds"`
	SHA1   scramPair `json:"scram_sha_1"`
	SHA256 scramPair `json:"scram_sha_256"`
	Token  []byte    `json:"token_sha256,omitempty"`
}

// scramPair are the two keys of RFC 5802 §3.
type scramPair struct {
	Stored []byte `json:"stored"`
	Server []byte `json:"server"`
}

// openAccounts joins the accounts of the configuration with those that are kept: a password that was
// given counts from now on, everybody else keeps theirs. What has changed is written down.
func (l *Lab) openAccounts() error {
	path := filepath.Join(l.cfg.Data, accountsName)
	kept, err := readAccounts(path)
	if err != nil {
		return &AccountsError{path, err}
	}
	l.secret = kept.Secret
	users, changed := l.cfg.Users, kept.fresh
	if !kept.fresh && !l.given {
		users = nil // the lab's own two are for a folder that has nobody yet
	}
	added, err := kept.keep(users)
	if err != nil {
		return &AccountsError{path, err}
	}
	changed = changed || added
	for i := range kept.Accounts {
		a := &kept.Accounts[i]
		if !slices.ContainsFunc(users, func(u User) bool { return strings.EqualFold(u.Name, a.Name) }) {
			users = append(users, a.user())
		}
	}
	l.cfg.Users = users
	if !changed {
		return nil
	}
	if err := kept.write(path); err != nil {
		return &AccountsError{path, err}
	}
	return nil
}

// keptAccounts is the file in memory; fresh when there was none.
type keptAccounts struct {
	accountsFile
	fresh bool
}

func readAccounts(path string) (*keptAccounts, error) {
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		k := &keptAccounts{fresh: true}
		k.Secret = random(32)
		return k, nil
	}
	if err != nil {
		return nil, err
	}
	k := &keptAccounts{}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&k.accountsFile); err != nil {
		return nil, err
	}
	for _, a := range k.Accounts {
		if a.Name == "" || a.Rounds < scramRounds || len(a.SHA256.Stored) != sha256.Size {
			return nil, fmt.Errorf("the account %q is damaged", a.Name)
		}
	}
	if len(k.Secret) == 0 {
		return nil, errors.New("the secret is missing")
	}
	return k, nil
}

func random(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b)
	return b
}

// write replaces the file whole; only its owner can read it.
func (k *keptAccounts) write(path string) error {
	data, err := json.MarshalIndent(k.accountsFile, "", "  ")
	if err != nil {
		return err
	}
	if err := atomic.WriteFile(path, bytes.NewReader(append(data, '\n'))); err != nil {
		return err
	}
	return os.Chmod(path, 0o600)
}

// keep writes users down, but for those who stand there as they are; it reports whether anything is new. The keys take
// all processors: a class of hundreds is waited for.
func (k *keptAccounts) keep(users []User) (changed bool, err error) {
	made := make([]account, len(users))
	workers := newCrew(runtime.GOMAXPROCS(0))
	for i, u := range users {
		old := k.named(u.Name)
		if err := workers.do(func() (err error) { made[i], err = old.updated(u); return err }); err != nil {
			break // wait tells it
		}
	}
	if err := workers.wait(); err != nil {
		return false, err
	}
	for i := range users {
		a := &made[i]
		users[i].kept = a
		old := k.named(a.Name)
		changed = changed || !bytes.Equal(a.SHA256.Stored, old.SHA256.Stored) || !bytes.Equal(a.Token, old.Token)
		k.put(*a)
	}
	return changed, nil
}

func (k *keptAccounts) at(name string) int {
	return slices.IndexFunc(k.Accounts, func(a account) bool { return strings.EqualFold(a.Name, name) })
}

// named returns the account of a name, which is empty but for its name when there is none.
func (k *keptAccounts) named(name string) account {
	if at := k.at(name); at >= 0 {
		return k.Accounts[at]
	}
	return account{Name: name}
}

func (k *keptAccounts) put(a account) {
	if at := k.at(a.Name); at >= 0 {
		k.Accounts[at] = a
		return
	}
	k.Accounts = append(k.Accounts, a)
}

// updated is the account with a user's password and token.
func (a account) updated(u User) (account, error) {
	if !a.fits(u.Password) {
		made, err := newAccount(u.Name, u.Password)
		if err != nil {
			return account{}, err
		}
		made.Token = a.Token
		a = made
	}
	if u.Token != "" {
		a.Token = tokenHash(u.Token)
	}
	return a, nil
}

// newAccount makes the keys of a password.
func newAccount(name, password string) (account, error) {
	a := account{Name: name, Salt: random(16), Rounds: keptRounds}
	strong, err := a.keysOf(scram.SHA256, password)
	if err != nil {
		return account{}, err
	}
	old, err := a.keysOf(scram.SHA1, password)
	if err != nil {
		return account{}, err
	}
	a.SHA256, a.SHA1 = scramPair{strong.StoredKey, strong.ServerKey}, scramPair{old.StoredKey, old.ServerKey}
	return a, nil
}

// keysOf are the keys that a password has with this account's salt.
func (a *account) keysOf(hash scram.HashGeneratorFcn, password string) (scram.StoredCredentials, error) {
	client, err := hash.NewClient(a.Name, password, "")
	if err != nil {
		return scram.StoredCredentials{}, err
	}
	return client.GetStoredCredentialsWithError(scram.KeyFactors{Salt: string(a.Salt), Iters: a.Rounds})
}

// fits reports whether a password is the account's.
func (a *account) fits(password string) bool {
	if len(a.SHA256.Stored) == 0 || password == "" {
		return false
	}
	keys, err := a.keysOf(scram.SHA256, password)
	return err == nil && hmac.Equal(keys.StoredKey, a.SHA256.Stored)
}

// pretend works as long on a password as fits does, so that the time of an answer does not tell which
// names there are.
func (l *Lab) pretend(name, password string) {
	nobody := account{Name: name, Salt: l.secret[:min(16, len(l.secret))], Rounds: keptRounds}
	_, _ = nobody.keysOf(scram.SHA256, password)
}

// credentials are the keys for a SCRAM exchange.
func (a *account) credentials(hash scram.HashGeneratorFcn) scram.StoredCredentials {
	pair := a.SHA256
	if hash().Size() != sha256.Size {
		pair = a.SHA1
	}
	return scram.StoredCredentials{
		KeyFactors: scram.KeyFactors{Salt: string(a.Salt), Iters: a.Rounds}, StoredKey: pair.Stored, ServerKey: pair.Server,
	}
}

// user is the account as a user whose password nobody knows. The lab's own two have passwords that
// everybody knows, and are taken at their word.
func (a *account) user() User {
	u := User{Name: a.Name, kept: a}
	for _, own := range labUsers {
		if strings.EqualFold(own.Name, a.Name) && a.fits(own.Password) {
			u.Password = own.Password
			if bytes.Equal(a.Token, tokenHash(own.Token)) {
				u.Token = own.Token
			}
		}
	}
	return u
}

// tokenHash is what is kept of a token. Unlike a password it cannot be guessed, so one round will do.
func tokenHash(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}

// hasToken reports whether a token is the user's.
func (u User) hasToken(token string) bool {
	switch {
	case token == "":
		return false
	case u.Token != "":
		return subtle.ConstantTimeCompare([]byte(u.Token), []byte(token)) == 1
	}
	return u.kept != nil && subtle.ConstantTimeCompare(u.kept.Token, tokenHash(token)) == 1
}

// hasPassword reports whether a password is the user's.
func (u User) hasPassword(password string) bool {
	switch {
	case password == "":
		return false
	case u.Password != "":
		return subtle.ConstantTimeCompare([]byte(u.Password), []byte(password)) == 1
	}
	return u.kept != nil && u.kept.fits(password)
}

// knowsPasswords reports whether the passwords of all users are known themselves, which CRAM-MD5 and
// APOP need.
func knowsPasswords(users []User) bool {
	return !slices.ContainsFunc(users, func(u User) bool { return u.Password == "" })
}
