package main

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/adrg/xdg"

	"maillab/lab"
	"maillab/mockserver"
	"maillab/terminal"
)

// deskPlan is what a run of the REPL begins with.
type deskPlan struct {
	welcome    bool
	host, port string
	secure     bool // TLS from the first octet on
	lesson     string
}

// front is a front end that can read its lines itself.
type front interface {
	lab.Front
	Run(context.Context, *lab.Shell) error
}

// stateFile names a file in the user's state folder.
func stateFile(name string) string { return filepath.Join(xdg.StateHome, "maillab", name) }

// repl sits a learner down at the lab: at a terminal with line editing, else as a script.
func (p *program) repl(ctx context.Context, plan deskPlan) error {
	if isTerminal(p.in) && isTerminal(p.out) {
		return p.interactive(ctx, plan)
	}
	return p.script(ctx, plan)
}

func (p *program) interactive(ctx context.Context, plan deskPlan) error {
	if os.Getenv("TERM") == "dumb" {
		return p.script(ctx, plan)
	}
	t, err := terminal.NewInteractive(terminal.InteractiveOptions{
		HistoryFile: stateFile("history"), Look: p.look(), Lang: p.lang,
	})
	if err != nil {
		return err
	}
	defer t.Close()
	// At a terminal Ctrl-C is a key, and a SIGINT from elsewhere means no more than that.
	ctx, stop := signal.NotifyContext(context.WithoutCancel(ctx), syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	progress, trouble := lab.OpenProgress(stateFile("progress.json"), time.Now())
	shell := lab.New(lab.Config{Front: t, Lang: p.lang, Progress: progress, Version: Version})
	defer shell.Close()
	p.showTrouble(t, trouble)
	t.ShowHistoryTrouble()
	return p.sit(ctx, t, shell, plan)
}

// script carries out lines that come from no terminal. Nothing is remembered
// between runs, so that a script does the same each time.
func (p *program) script(ctx context.Context, plan deskPlan) error {
	s := terminal.NewScript(p.in, p.out, p.columns(), p.look(), p.lang)
	shell := lab.New(lab.Config{Front: s, Lang: p.lang, Unattended: true, Patience: time.Minute, Version: Version})
	defer shell.Close()
	if err := p.sit(ctx, s, shell, plan); err != nil {
		return err
	}
	if plan.lesson == "" {
		return nil
	}
	if done, step := shell.LessonFinished(); !done {
		return &failure{step}
	}
	return nil
}

// sit starts the lab's servers, shows what the plan begins with, and reads lines.
func (p *program) sit(ctx context.Context, f front, shell *lab.Shell, plan deskPlan) error {
	network, err := mockserver.Start(mockserver.Config{Emit: shell.Sink})
	if err != nil {
		return err
	}
	defer network.Close()
	shell.UseNetwork(network)
	if plan.welcome {
		f.Show(shell.Welcome()...)
	}
	if plan.host != "" {
		if err := shell.Connect(ctx, plan.host, plan.port, plan.secure); err != nil {
			return err
		}
	}
	if plan.lesson != "" {
		if err := shell.StartLesson(ctx, plan.lesson); err != nil {
			return err
		}
	}
	err = f.Run(ctx, shell)
	shell.Close()
	return err
}

func (p *program) showTrouble(f lab.Front, err error) {
	var t *lab.Trouble
	if errors.As(err, &t) {
		f.Show(lab.Block{Kind: lab.Problem, Text: t.Text()})
	}
}

// joined puts words back together as they were typed.
func joined(words []string) string { return strings.Join(words, " ") }
