package main

import (
	"github.com/spf13/cobra"

	"maillab/lab"
)

func (p *program) telnetCommand() *cobra.Command {
	secure := false
	c := &cobra.Command{
		Use:     "telnet HOST [PORT]",
		Aliases: []string{"open"},
		Args:    between(1, 2),
		RunE: func(c *cobra.Command, args []string) error {
			port := lab.DefaultPort(args[0], secure)
			if len(args) == 2 {
				port = args[1]
			}
			return p.repl(c.Context(), deskPlan{host: args[0], port: port, secure: secure})
		},
	}
	c.Flags().BoolVar(&secure, "tls", false, "")
	return c
}
