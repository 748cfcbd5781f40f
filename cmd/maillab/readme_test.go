package main

import (
	"bytes"
	"context"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write the screens that tests compare")

// readmeSession is what is typed for the screen in the READMEs.
const readmeSession = `explain brief
telnet smtp.lab.test 25
ehlo jspdevelop
mailfrom:<jspdevelop@lab.test>
mail from:<jspdevelop@lab.test>
rcpt to:<someone@far.example>
rcpt to:<fpwjp@lab.test>
quit
`

var localPort = regexp.MustCompile(`127\.0\.0\.1:\d+`)

// TestReadmeScreen: the session in the READMEs is a real one, of this very program.
func TestReadmeScreen(t *testing.T) {
	for lang, name := range map[string]string{"en": "README.md", "zh": "README.zh.md"} {
		var out bytes.Buffer
		code := Run(context.Background(), []string{"--lang", lang, "--color", "never"}, strings.NewReader(readmeSession), &out, &out)
		require.Equal(t, 0, code, out.String())
		_, session, found := strings.Cut(out.String(), "maillab> telnet smtp.lab.test 25")
		require.True(t, found)
		screen := "```text\nmaillab> telnet smtp.lab.test 25" + strings.TrimRight(session, "\n") + "\n```\n"
		screen = localPort.ReplaceAllString(screen, "127.0.0.1:34567")

		path := filepath.Join("..", "..", name)
		data, err := os.ReadFile(path)
		require.NoError(t, err)
		text := strings.ReplaceAll(string(data), "\r\n", "\n")
		before, rest, ok := strings.Cut(text, "-update -->\n")
		require.True(t, ok, "%s has lost its mark", name)
		old, after, ok := strings.Cut(rest, "<!-- end of screen -->")
		require.True(t, ok, "%s has lost its mark", name)
		if *update {
			require.NoError(t, os.WriteFile(path, []byte(before+"-update -->\n"+screen+"<!-- end of screen -->"+after), 0o644))
			continue
		}
		assert.Equal(t, screen, old, "%s: run `go test ./cmd/maillab -run TestReadmeScreen -update`", name)
	}
}
