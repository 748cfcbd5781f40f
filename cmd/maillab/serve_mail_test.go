package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestServeKeepsAccountsAndLoadsMail: accounts from a file outlive the run that was given them, and an
// mbox that is loaded at each start is in the mailbox once.
func TestServeKeepsAccountsAndLoadsMail(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		return path
	}
	users := write("users.txt", "\ufeff# class\r\nanna:open:sesame\r\n\r\nben:x\r\n")
	mbox := write("a.mbox", "From x Thu Jan  1 00:00:00 2026\nSubject: one\n\n>From me\n\nFrom y Thu Jan  1 00:00:00 2026\nSubject: two\n\n.\n")
	data := filepath.Join(dir, "data")
	for _, args := range [][]string{{"--users", users}, {}} {
		stop, ports := servingUntil(t, append(args, "--data", data, "--mbox", "ben="+mbox)...)
		c := talkTo(t, ports["POP3"], "+OK")
		c.says("USER ben", "+OK")
		c.says("PASS x", "2 messages")
		c.says("QUIT", "+OK")
		c = talkTo(t, ports["POP3"], "+OK")
		c.says("USER anna", "+OK")
		c.says("PASS open:sesame", "+OK")
		c.says("QUIT", "+OK")
		stop()
	}
}

func TestServeSaysWhatCannotBeLoaded(t *testing.T) {
	dir := t.TempDir()
	text := filepath.Join(dir, "text")
	require.NoError(t, os.WriteFile(text, []byte("hello\n"), 0o600))
	for _, c := range []struct {
		code              int
		lang, flag, value string
		says              string
	}{
		{exitFailed, "en", "--mbox", text, "is no mbox file"},
		{exitFailed, "en", "--mbox", dir, "A folder is loaded with --maildir"},
		{exitFailed, "en", "--maildir", dir, "is no Maildir"},
		{exitFailed, "zh", "--maildir", text + ".gone", "无法读取"},
		{exitFailed, "en", "--mbox", text + ".gone", "cannot be read"},
		{exitUsage, "en", "--mbox", "carl=" + text, "there is no account carl"},
		{exitUsage, "zh", "--mbox", "carl=" + text, "没有账号 carl"},
	} {
		assert.Contains(t, refused(t, c.code, "--lang", c.lang, c.flag, c.value), c.says, c.value)
	}
}
