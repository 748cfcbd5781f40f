package mockserver_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/xdg-go/scram"

	"maillab/mockserver"
	"maillab/protocol"
)

// withAccounts runs a lab on a folder and gives the folder back.
func withAccounts(t *testing.T, data string, users []mockserver.User, use func(*mockserver.Lab)) {
	t.Helper()
	l, err := mockserver.Start(mockserver.Config{Data: data, Users: users, Alone: true})
	require.NoError(t, err)
	use(l)
	require.NoError(t, l.Close())
}

// plainLogin is the answer to one AUTH PLAIN over TLS.
func plainLogin(t *testing.T, l *mockserver.Lab, name, password string) string {
	t.Helper()
	w, _ := secured(t, l, "smtp", trusting(t, l, "localhost"))
	answer := w.say("AUTH PLAIN " + protocol.PlainMessage{User: name, Password: password}.Encode())
	w.leave()
	return answer
}

// TestPasswordsAreNotWrittenDown: on disk there are keys only, and with them every login works that
// shows the password or needs no more than keys.
func TestPasswordsAreNotWrittenDown(t *testing.T) {
	data := t.TempDir()
	anna := []mockserver.User{{Name: "anna", Password: "open sesame", Token: "t-anna-1"}}
	withAccounts(t, data, anna, func(l *mockserver.Lab) {
		w, _ := secured(t, l, "smtp", trusting(t, l, "localhost"))
		assert.Contains(t, w.say("AUTH CRAM-MD5"), "334 ", "while the password is known itself")
		w.say("*")
		w.leave()
	})
	path := filepath.Join(data, ".accounts.json")
	kept, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.NotContains(t, string(kept), "sesame")
	assert.NotContains(t, string(kept), "t-anna-1")
	info, err := os.Stat(path)
	require.NoError(t, err)
	assert.Zero(t, info.Mode().Perm()&0o077, "for its owner only")

	withAccounts(t, data, nil, func(l *mockserver.Lab) {
		require.Len(t, l.Users(), 1, "the lab's own two are for a folder without anybody")
		assert.Contains(t, plainLogin(t, l, "anna", "open sesame"), "235")
		for _, wrong := range []string{"open sesam", "x"} {
			assert.Contains(t, plainLogin(t, l, "anna", wrong), "535")
			assert.Contains(t, plainLogin(t, l, "nobody", wrong), "535")
		}
		p := dialPOP3(t, l)
		assert.NotContains(t, p.hi, "<", "without the password there is no APOP")
		p.login("anna", "open sesame")
		p.ok("QUIT")
		for mechanism, hash := range map[string]scram.HashGeneratorFcn{"SCRAM-SHA-1": scram.SHA1, "SCRAM-SHA-256": scram.SHA256} {
			for password, want := range map[string]string{"open sesame": "235", "x": "535"} {
				w, _ := secured(t, l, "smtp", trusting(t, l, "localhost"))
				assert.Contains(t, scramLogin(t, w, mechanism, scramClient(t, hash, "anna", password).NewConversation()), want)
			}
		}
		w, _ := secured(t, l, "smtp", trusting(t, l, "localhost"))
		assert.NotContains(t, w.say("EHLO x"), "CRAM-MD5")
		assert.Contains(t, w.say("AUTH CRAM-MD5"), "504")
		token := protocol.BearerMessage{User: "anna", Token: "t-anna-1"}
		assert.Contains(t, w.say("AUTH XOAUTH2 "+token.EncodeXOAUTH2()), "235")
		w.leave()
	})
}

// TestEmptyPasswordIsNobodys: an account of which only the keys are known has no password "".
func TestEmptyPasswordIsNobodys(t *testing.T) {
	data := t.TempDir()
	withAccounts(t, data, []mockserver.User{{Name: "anna", Password: "secret"}}, func(*mockserver.Lab) {})
	withAccounts(t, data, nil, func(l *mockserver.Lab) {
		assert.NotContains(t, plainLogin(t, l, "anna", ""), "235")
		w, _ := secured(t, l, "smtp", trusting(t, l, "localhost"))
		assert.NotContains(t, w.say("AUTH XOAUTH2 "+protocol.BearerMessage{User: "anna"}.EncodeXOAUTH2()), "235")
		w.say("")
		w.leave()
	})
}

// TestAccountsJoin: who was there stays, a password that is given anew counts from then on.
func TestAccountsJoin(t *testing.T) {
	data := t.TempDir()
	withAccounts(t, data, []mockserver.User{{Name: "anna", Password: "one"}}, func(*mockserver.Lab) {})
	withAccounts(t, data, []mockserver.User{{Name: "ben", Password: "two"}}, func(l *mockserver.Lab) {
		assert.Contains(t, plainLogin(t, l, "anna", "one"), "235")
		assert.Contains(t, plainLogin(t, l, "ben", "two"), "235")
	})
	withAccounts(t, data, []mockserver.User{{Name: "Anna", Password: "three"}}, func(l *mockserver.Lab) {
		assert.Contains(t, plainLogin(t, l, "anna", "one"), "535")
	})
	withAccounts(t, data, nil, func(l *mockserver.Lab) {
		assert.Contains(t, plainLogin(t, l, "anna", "three"), "235")
		assert.Contains(t, plainLogin(t, l, "ben", "two"), "235")
	})
}

// TestOwnAccountsStayWhole: the passwords of the lab's own two are known to everybody, so that all
// mechanisms work with them after a restart, too.
func TestOwnAccountsStayWhole(t *testing.T) {
	data := t.TempDir()
	withAccounts(t, data, nil, func(*mockserver.Lab) {})
	withAccounts(t, data, nil, func(l *mockserver.Lab) {
		assert.Contains(t, dialPOP3(t, l).hi, "<")
		assert.Equal(t, "jsp123", l.Users()[0].Password)
		assert.Equal(t, "lab-token-fpwjp", l.Users()[1].Token)
	})
}

// TestDamagedAccounts: what cannot be read is not replaced.
func TestDamagedAccounts(t *testing.T) {
	for _, damaged := range []string{"", "{", `{"secret":"AA==","accounts":[{"name":"x"}]}`, `{"accounts":[]}`, `{"what":1}`} {
		data := t.TempDir()
		path := filepath.Join(data, ".accounts.json")
		require.NoError(t, os.WriteFile(path, []byte(damaged), 0o600))
		_, err := mockserver.Start(mockserver.Config{Data: data, Alone: true})
		var trouble *mockserver.AccountsError
		require.ErrorAs(t, err, &trouble, damaged)
		assert.True(t, strings.HasSuffix(trouble.Path, ".accounts.json"))
		after, err := os.ReadFile(path)
		require.NoError(t, err)
		assert.Equal(t, damaged, string(after))
	}
}
