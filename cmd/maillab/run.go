package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"maillab/lab"
	"maillab/phrases"
	"maillab/terminal"
)

// Version of the program.
const Version = "0.1.0"

// Exit codes.
const (
	exitFine   = 0
	exitFailed = 1
	exitUsage  = 2
)

// program is one run of maillab: where it reads and writes, and its global flags.
type program struct {
	in       io.Reader
	out, err io.Writer
	lang     phrases.Lang
	flags    globalFlags
}

// globalFlags are the flags that every command takes.
type globalFlags struct {
	lang  string
	color string
	plain bool
}

// usageError is a command line that is wrong: exit code 2.
type usageError struct{ text phrases.Text }

func (e *usageError) Error() string { return e.text.EN }

// failure is a run that did not do what was asked, in words: exit code 1.
type failure struct{ text phrases.Text }

func (e *failure) Error() string { return e.text.EN }

// Run is the whole program: it returns the exit code, 0 fine, 1 failed, 2 wrong usage.
func Run(ctx context.Context, args []string, in io.Reader, out, errOut io.Writer) int {
	p := &program{in: in, out: out, err: errOut, lang: language(args, os.Getenv)}
	root := p.rootCommand()
	root.SetArgs(repliesLast(args))
	root.SetIn(in)
	root.SetOut(out)
	root.SetErr(errOut)
	return p.report(root.ExecuteContext(ctx))
}

// report words an error on the error output and returns the exit code.
func (p *program) report(err error) int {
	if err == nil {
		return exitFine
	}
	var usage *usageError
	var failed *failure
	var trouble *lab.Trouble
	code := exitFailed
	var text phrases.Text
	switch {
	case errors.As(err, &usage):
		code, text = exitUsage, usage.text
	case errors.As(err, &failed):
		text = failed.text
	case errors.As(err, &trouble):
		text = trouble.Text()
	case errors.Is(err, context.Canceled):
		text = say("error.interrupted", nil)
	default:
		text = say("error.other", phrases.Args{"error": phrases.Clean(err.Error())})
	}
	fmt.Fprintln(p.err, "maillab: "+text.In(p.lang))
	return code
}

// rootCommand builds the command line, its words in the language chosen.
func (p *program) rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:           "maillab",
		Args:          p.noCommand,
		SilenceErrors: true,
		SilenceUsage:  true,
		RunE:          func(c *cobra.Command, _ []string) error { return p.repl(c.Context(), deskPlan{welcome: true}) },
		CompletionOptions: cobra.CompletionOptions{
			DisableDefaultCmd: true,
		},
	}
	root.PersistentFlags().StringVar(&p.flags.lang, "lang", "", "")
	root.PersistentFlags().StringVar(&p.flags.color, "color", "auto", "")
	root.PersistentFlags().BoolVar(&p.flags.plain, "plain", false, "")
	root.AddCommand(
		p.telnetCommand(), p.lessonCommand(), p.base64Command(), p.explainCommand(), p.codesCommand(),
		p.serveCommand(), p.personaCommand(), p.faultCommand(), p.versionCommand(), p.completionCommand(),
	)
	root.PersistentPreRunE = func(*cobra.Command, []string) error { return p.checkGlobals() }
	root.SetFlagErrorFunc(p.flagError)
	root.Version = Version
	p.localise(root, "root")
	return root
}

// checkGlobals refuses values of the global flags that mean nothing.
func (p *program) checkGlobals() error {
	if p.flags.lang != "" {
		if _, ok := phrases.ParseLang(p.flags.lang); !ok {
			return &usageError{say("error.lang", phrases.Args{"value": phrases.Clean(p.flags.lang)})}
		}
	}
	switch p.flags.color {
	case "auto", "always", "never":
		return nil
	}
	return &usageError{say("error.color", phrases.Args{"value": phrases.Clean(p.flags.color)})}
}

// look is how the screen is to be drawn.
func (p *program) look() terminal.Look {
	return terminal.Look{Colour: p.colour(), ASCII: asciiOnly(os.Getenv), Plain: p.plain()}
}

// plain is asked for by flag or, for a screen reader that is always there, by the environment.
func (p *program) plain() bool {
	on, err := strconv.ParseBool(os.Getenv("MAILLAB_PLAIN"))
	return p.flags.plain || err == nil && on
}

// colour decides about colour on the output.
func (p *program) colour() bool {
	switch p.flags.color {
	case "always":
		terminal.EnableColour()
		return true
	case "never":
		return false
	}
	return isTerminal(p.out) && terminal.ColourByDefault()
}

// isTerminal reports whether a reader or writer is a terminal.
func isTerminal(v any) bool {
	f, ok := v.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// columns is how wide the output is: the terminal's width, or 80.
func (p *program) columns() int {
	if f, ok := p.out.(*os.File); ok {
		if w, _, err := term.GetSize(int(f.Fd())); err == nil && w > 0 {
			return w
		}
	}
	return 80
}
