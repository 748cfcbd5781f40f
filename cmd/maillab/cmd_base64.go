package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"maillab/lab"
	"maillab/phrases"
	"maillab/protocol"
	"maillab/terminal"
)

func (p *program) base64Command() *cobra.Command {
	base := &cobra.Command{
		Use: "base64", Args: p.noCommand,
		RunE: func(c *cobra.Command, _ []string) error { return p.base64Ask(c.Context()) },
	}
	encode := &cobra.Command{Use: "encode [TEXT]", RunE: func(_ *cobra.Command, args []string) error {
		text, err := p.argumentOrInput(args)
		if err != nil {
			return err
		}
		fmt.Fprintln(p.out, protocol.EncodeBase64([]byte(text)))
		return nil
	}}
	decode := &cobra.Command{Use: "decode [TEXT]", RunE: func(_ *cobra.Command, args []string) error {
		text, err := p.argumentOrInput(args)
		if err != nil {
			return err
		}
		return p.base64Decode(strings.TrimSpace(text))
	}}
	base.AddCommand(encode, decode)
	return base
}

// base64Ask asks for user name and password, at a terminal without echoing the second.
func (p *program) base64Ask(ctx context.Context) error {
	if !isTerminal(p.in) || !isTerminal(p.out) {
		s := terminal.NewScript(p.in, p.out, p.columns(), p.look(), p.lang)
		return lab.New(lab.Config{Front: s, Lang: p.lang}).Base64(ctx, "")
	}
	t, err := terminal.NewInteractive(terminal.InteractiveOptions{Look: p.look(), Lang: p.lang})
	if err != nil {
		return err
	}
	defer t.Close()
	return lab.New(lab.Config{Front: t, Lang: p.lang}).Base64(ctx, "")
}

// base64Decode prints the octets as they are, except that a terminal gets no raw control characters.
func (p *program) base64Decode(text string) error {
	octets, bad := protocol.DecodeBase64(text)
	if bad != nil {
		return lab.Base64Trouble(text, bad)
	}
	if isTerminal(p.out) {
		fmt.Fprintln(p.out, phrases.Clean(string(octets)))
		return nil
	}
	_, err := p.out.Write(octets)
	return err
}

// invite says on the error output what is waited for, where somebody sits at the keyboard.
func (p *program) invite(key string) {
	if isTerminal(p.in) {
		fmt.Fprintln(p.err, say(key, phrases.Args{"end": endOfInput}).In(p.lang))
	}
}

// argumentOrInput is the arguments, or standard input without its last line
// ending where there are none or only "-".
func (p *program) argumentOrInput(args []string) (string, error) {
	if len(args) > 0 && (len(args) > 1 || args[0] != "-") {
		return joined(args), nil
	}
	p.invite("stdin.text")
	data, err := io.ReadAll(io.LimitReader(p.in, 64<<20))
	if err != nil {
		return "", err
	}
	return strings.TrimSuffix(strings.TrimSuffix(string(data), "\n"), "\r"), nil
}
