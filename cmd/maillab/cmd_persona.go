package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"maillab/lab"
	"maillab/mockserver"
)

func (p *program) personaCommand() *cobra.Command {
	list := func(*cobra.Command, []string) error { p.listPersonas(); return nil }
	persona := &cobra.Command{Use: "persona", Args: p.noCommand, RunE: list}
	persona.AddCommand(
		&cobra.Command{Use: "list", Args: exactly(0), RunE: list},
		&cobra.Command{
			Use: "show NAME", Args: exactly(1), ValidArgsFunction: personaNames,
			RunE: func(_ *cobra.Command, args []string) error { return p.showPersona(args[0]) },
		},
	)
	return persona
}

// listPersonas prints one line a persona: name, protocols, title.
func (p *program) listPersonas() {
	for _, row := range lab.PersonaRows() {
		fmt.Fprintf(p.out, "%-10s %-10s %s\n", row[0].In(p.lang), row[1].In(p.lang), row[2].In(p.lang))
	}
}

func (p *program) showPersona(name string) error {
	persona, ok := mockserver.PersonaNamed(name)
	if !ok {
		return lab.PersonaTrouble(&mockserver.UnknownPersonaError{Name: name})
	}
	fmt.Fprintln(p.out, persona.Title.In(p.lang))
	for _, n := range persona.Notice {
		fmt.Fprintln(p.out, "- "+n.In(p.lang))
	}
	return nil
}

func personaNames(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	var names []string
	for _, p := range mockserver.Personas() {
		names = append(names, p.Name)
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}

// strangeName words a persona or fault that the servers do not have, nil for any other error.
func strangeName(err error) error {
	var persona *mockserver.UnknownPersonaError
	var fault *mockserver.FaultError
	var trouble *lab.Trouble
	switch {
	case errors.As(err, &persona):
		err = lab.PersonaTrouble(err)
	case errors.As(err, &fault):
		err = lab.FaultTrouble(err)
	}
	if errors.As(err, &trouble) {
		return &usageError{trouble.Text()}
	}
	return nil
}
