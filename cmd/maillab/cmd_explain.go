package main

import (
	"encoding/json"
	"strings"

	"github.com/spf13/cobra"

	"maillab/explain"
	"maillab/phrases"
	"maillab/protocol"
	"maillab/terminal"
)

// explainFlags are the flags of `maillab explain`.
type explainFlags struct {
	protocol string
	after    string
	json     bool
	jsonl    bool
	format   string
	reveal   bool
}

func (p *program) explainCommand() *cobra.Command {
	var f explainFlags
	c := &cobra.Command{
		Use: "explain [REPLY|FILE]",
		RunE: func(_ *cobra.Command, args []string) error {
			return p.explain(f, args)
		},
	}
	c.Flags().StringVar(&f.protocol, "protocol", "", "")
	c.Flags().StringVar(&f.after, "after", "", "")
	c.Flags().BoolVar(&f.json, "json", false, "")
	c.Flags().BoolVar(&f.jsonl, "jsonl", false, "")
	c.Flags().StringVar(&f.format, "format", "", "")
	c.Flags().BoolVar(&f.reveal, "reveal", false, "")
	return c
}

func (p *program) explain(f explainFlags, args []string) error {
	if f.jsonl {
		return p.explainLines()
	}
	proto := protocol.Protocol(strings.ToLower(f.protocol))
	if proto != "" && protocol.TableOf(proto) == nil {
		return &usageError{say("error.protocol", phrases.Args{"value": phrases.Clean(f.protocol)})}
	}
	in, err := p.explainInput(f, args)
	if err != nil {
		return err
	}
	defer func() { _ = in.close() }()
	if in.conversation != nil {
		return p.explainConversation(f, in.conversation)
	}
	if in.file != "" && !f.json && f.after == "" && !isMail(in.reply) && !isOddReply(in.reply) {
		return &failure{say("error.nothing-in-file", phrases.Args{"file": phrases.Clean(in.file)})}
	}
	return p.explainReply(f, proto, in.reply)
}

func (p *program) explainReply(f explainFlags, proto protocol.Protocol, raw string) error {
	if strings.TrimSpace(raw) == "" {
		return &usageError{say("error.no-reply", nil)}
	}
	screen := terminal.NewRenderer(p.out, p.columns, p.look(), p.lang)
	if f.after == "" && isMail(raw) {
		a, reply := explainMail(raw)
		if f.json {
			return p.printJSON(a)
		}
		screen.Annotate(a, reply)
		return nil
	}
	ctx, reply := explain.ContextAfter(proto, f.after, raw)
	if f.json {
		return p.printJSON(explain.Reply(ctx, reply))
	}
	screen.Explain(ctx, reply)
	return nil
}

func (p *program) printJSON(a explain.Annotation) error {
	e := json.NewEncoder(p.out)
	e.SetEscapeHTML(false)
	return e.Encode(a)
}
