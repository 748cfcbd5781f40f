package main

import (
	"fmt"
	"runtime"

	"github.com/spf13/cobra"
)

func (p *program) versionCommand() *cobra.Command {
	return &cobra.Command{Use: "version", Args: exactly(0), RunE: func(*cobra.Command, []string) error {
		fmt.Fprintf(p.out, "maillab %s (%s %s/%s)\n", Version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
		return nil
	}}
}
