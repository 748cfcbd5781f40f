package main

import (
	"errors"
	"strings"

	"github.com/agnivade/levenshtein"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"maillab/phrases"
)

// localise fills in the words of a command and of its children from the data
// files: "cli.NAME.short", ".long", ".example", ".flag.FLAG".
func (p *program) localise(c *cobra.Command, name string) {
	text := func(part string) string {
		t, ok := catalog().Get("cli." + name + "." + part)
		if !ok {
			return ""
		}
		return t.In(p.lang)
	}
	c.Short, c.Long, c.Example = text("short"), text("long"), text("example")
	c.InitDefaultHelpFlag()
	if c.Root() == c {
		c.InitDefaultVersionFlag()
		c.SetUsageTemplate(p.usageTemplate())
		c.SetHelpTemplate("{{with (or .Long .Short)}}{{. | trimTrailingWhitespaces}}\n\n{{end}}{{.UsageString}}")
		c.SetVersionTemplate("maillab {{.Version}}\n")
		c.InitDefaultHelpCmd()
	}
	c.LocalFlags().VisitAll(func(f *pflag.Flag) { p.localiseFlag(name, f) })
	for _, child := range c.Commands() {
		childName := child.Name()
		if name != "root" {
			childName = name + "-" + childName
		}
		p.localise(child, childName)
	}
}

// localiseFlag takes a flag's words from its command, or from those that all commands share.
func (p *program) localiseFlag(command string, f *pflag.Flag) {
	for _, key := range []string{"cli." + command + ".flag." + f.Name, "cli.flag." + f.Name} {
		if t, ok := catalog().Get(key); ok {
			f.Usage = t.In(p.lang)
			return
		}
	}
}

// usageTemplate is cobra's, with its words from the data files.
func (p *program) usageTemplate() string {
	word := func(key string) string { return say("usage."+key, nil).In(p.lang) }
	return word("usage") + `:{{if .Runnable}}
  {{.UseLine}}{{end}}{{if .HasAvailableSubCommands}}
  {{.CommandPath}} ` + word("command-place") + `{{end}}{{if .HasExample}}

` + word("examples") + `:
{{.Example}}{{end}}{{if .HasAvailableSubCommands}}

` + word("commands") + `:{{range .Commands}}{{if .IsAvailableCommand}}
  {{rpad .Name .NamePadding }} {{.Short}}{{end}}{{end}}{{end}}{{if .HasAvailableLocalFlags}}

` + word("flags") + `:
{{.LocalFlags.FlagUsages | trimTrailingWhitespaces}}{{end}}{{if .HasAvailableInheritedFlags}}

` + word("global-flags") + `:
{{.InheritedFlags.FlagUsages | trimTrailingWhitespaces}}{{end}}
`
}

// flagError words what is wrong with a flag.
func (p *program) flagError(c *cobra.Command, err error) error {
	args := phrases.Args{"command": c.CommandPath(), "error": phrases.Clean(err.Error())}
	var unknown *pflag.NotExistError
	var missing *pflag.ValueRequiredError
	var bad *pflag.InvalidValueError
	switch {
	case errors.As(err, &unknown):
		args["flag"] = dashed(unknown.GetSpecifiedName())
		if near := nearestFlag(c, unknown.GetSpecifiedName()); near != "" {
			args["near"] = "--" + near
			return &usageError{say("error.flag-near", args)}
		}
		return &usageError{say("error.flag", args)}
	case errors.As(err, &missing):
		args["flag"] = dashed(missing.GetSpecifiedName())
		return &usageError{say("error.flag-value-missing", args)}
	case errors.As(err, &bad):
		args["flag"], args["value"] = "--"+bad.GetFlag().Name, phrases.Clean(bad.GetValue())
		return &usageError{say("error.flag-value", args)}
	}
	return &usageError{say("error.usage", args)}
}

func dashed(name string) string {
	if len(name) == 1 {
		return "-" + name
	}
	return "--" + phrases.Clean(name)
}

func nearestFlag(c *cobra.Command, name string) string {
	var names []string
	add := func(f *pflag.Flag) { names = append(names, f.Name) }
	c.LocalFlags().VisitAll(add)
	c.InheritedFlags().VisitAll(add)
	return nearest(name, names)
}

// nearest returns the word that was probably meant, or "".
func nearest(word string, words []string) string {
	best, distance := "", len(word)/3+2
	for _, w := range words {
		if d := levenshtein.ComputeDistance(strings.ToLower(word), w); d < distance {
			best, distance = w, d
		}
	}
	return best
}

// noCommand refuses words after a command that has only subcommands.
func (p *program) noCommand(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	var names []string
	for _, child := range c.Commands() {
		names = append(names, child.Name())
	}
	a := phrases.Args{"word": phrases.Clean(args[0]), "command": c.CommandPath(), "near": nearest(args[0], names)}
	if a["near"] != "" {
		return &usageError{say("error.command-near", a)}
	}
	return &usageError{say("error.command", a)}
}

// exactly wants n arguments.
func exactly(n int) cobra.PositionalArgs { return between(n, n) }

// between wants from low to high arguments, and shows the form otherwise.
func between(low, high int) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if len(args) >= low && len(args) <= high {
			return nil
		}
		key := "error.too-few"
		if len(args) > high {
			key = "error.too-many"
		}
		return &usageError{say(key, phrases.Args{"command": c.CommandPath(), "form": c.UseLine()})}
	}
}
