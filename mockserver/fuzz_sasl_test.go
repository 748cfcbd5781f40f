package mockserver

import (
	"bytes"
	"testing"

	"maillab/protocol"
)

// FuzzSASL: whatever a client answers, an exchange ends after a few rounds without a panic, and
// nobody gets in who does not say the password or the token.
func FuzzSASL(f *testing.F) {
	for i, first := range []string{
		"jspdevelop", "\x00jspdevelop\x00wrong", "jspdevelop 00000000000000000000000000000000", "n,,n=jspdevelop,r=abc",
		"y,a=fpwjp,n=jspdevelop,r=abc", "p=tls-exporter,,n=jspdevelop,r=x", "user=jspdevelop\x01auth=Bearer x\x01\x01",
		"n,a=fpwjp@lab.test,\x01host=h\x01auth=Bearer x\x01\x01",
	} {
		f.Add(uint8(i), []byte(first), []byte("c=biws,r=abc,p=AAAA"), []byte(""))
	}
	l := fuzzLab(f)
	f.Fuzz(func(t *testing.T, which uint8, first, second, third []byte) {
		secrets := [][]byte{[]byte("jsp123"), []byte("fpw123"), []byte("lab-token-")}
		m := mechanisms[int(which)%len(mechanisms)]
		x := m.begin(attempt{lab: l, nonce: l.nonce("smtp.lab.test")})
		x.start()
		for _, response := range [][]byte{first, second, third} {
			for _, s := range secrets {
				if bytes.Contains(response, s) {
					t.Skip()
				}
			}
			switch st := x.next(response); st.outcome {
			case granted:
				t.Fatalf("%s let somebody in", m.name)
			case again:
				continue
			}
			return
		}
	})
}

// FuzzBearer: what is read from a message comes out the same when it is written and read again.
func FuzzBearer(f *testing.F) {
	f.Add([]byte("user=a\x01auth=Bearer t\x01\x01"))
	f.Add([]byte("n,a=x=2Cy=3Dz,\x01host=h\x01port=1\x01auth=bearer t\x01\x01"))
	f.Fuzz(func(t *testing.T, octets []byte) {
		if m, ok := protocol.ParseXOAUTH2(octets); ok {
			raw, _ := protocol.DecodeBase64(m.EncodeXOAUTH2())
			if again, ok := protocol.ParseXOAUTH2(raw); !ok || again != m {
				t.Fatalf("%q: %+v, then %+v", octets, m, again)
			}
		}
		if m, ok := protocol.ParseOAUTHBEARER(octets); ok {
			raw, _ := protocol.DecodeBase64(m.EncodeOAUTHBEARER())
			if again, ok := protocol.ParseOAUTHBEARER(raw); !ok || again != m {
				t.Fatalf("%q: %+v, then %+v", octets, m, again)
			}
		}
	})
}
