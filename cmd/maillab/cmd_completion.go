package main

import (
	"io"

	"github.com/spf13/cobra"

	"maillab/phrases"
)

// completionCommand prints a completion script; cobra's own command for it
// speaks English only.
func (p *program) completionCommand() *cobra.Command {
	scripts := map[string]func(*cobra.Command, io.Writer) error{
		"bash":       func(c *cobra.Command, w io.Writer) error { return c.GenBashCompletionV2(w, true) },
		"zsh":        (*cobra.Command).GenZshCompletion,
		"fish":       func(c *cobra.Command, w io.Writer) error { return c.GenFishCompletion(w, true) },
		"powershell": (*cobra.Command).GenPowerShellCompletionWithDesc,
	}
	return &cobra.Command{
		Use: "completion bash|zsh|fish|powershell", Args: exactly(1),
		ValidArgs: []string{"bash", "zsh", "fish", "powershell"},
		RunE: func(c *cobra.Command, args []string) error {
			write, ok := scripts[args[0]]
			if !ok {
				return &usageError{say("error.shell", phrases.Args{"value": phrases.Clean(args[0])})}
			}
			return write(c.Root(), p.out)
		},
	}
}
