package main

import (
	"encoding/json"

	"github.com/spf13/cobra"

	"maillab/explain"
	"maillab/lab"
	"maillab/phrases"
	"maillab/protocol"
	"maillab/terminal"
)

// codesCommand looks a code, a command, a keyword or a word up in the knowledge.
func (p *program) codesCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use: "codes PATTERN",
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) == 0 {
				return &usageError{say("error.too-few", phrases.Args{"command": c.CommandPath(), "form": c.UseLine()})}
			}
			return p.codes(joined(args), asJSON)
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "")
	return c
}

func (p *program) codes(pattern string, asJSON bool) error {
	entries := explain.Search(protocol.Protocol(""), pattern)
	if len(entries) == 0 {
		return &failure{say("error.no-entry", phrases.Args{"word": phrases.Clean(pattern)})}
	}
	if asJSON {
		e := json.NewEncoder(p.out)
		e.SetEscapeHTML(false)
		for _, entry := range entries {
			if err := e.Encode(entry); err != nil {
				return err
			}
		}
		return nil
	}
	r := terminal.NewRenderer(p.out, p.columns, p.look(), p.lang)
	for _, entry := range entries {
		r.Show(lab.EntryBlocks(entry)...)
	}
	return nil
}
