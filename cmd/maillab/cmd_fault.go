package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"maillab/lab"
	"maillab/mockserver"
)

func (p *program) faultCommand() *cobra.Command {
	list := func(*cobra.Command, []string) error { p.listFaults(); return nil }
	fault := &cobra.Command{Use: "fault", Args: p.noCommand, RunE: list}
	fault.AddCommand(&cobra.Command{Use: "list", Args: exactly(0), RunE: list})
	return fault
}

// listFaults prints each fault with its form and what it does.
func (p *program) listFaults() {
	for _, f := range mockserver.Faults() {
		fmt.Fprintf(p.out, "%s\n    %s\n    %s\n    %s\n", f.Usage(), f.Title.In(p.lang), f.About.In(p.lang), lab.FaultPlaces(f).In(p.lang))
	}
}

func faultNames(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	var names []string
	for _, f := range mockserver.Faults() {
		names = append(names, f.Name)
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}
