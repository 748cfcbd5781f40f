package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"maillab/lab"
	"maillab/lessons"
	"maillab/mockserver"
	"maillab/terminal"
)

func (p *program) lessonCommand() *cobra.Command {
	lesson := &cobra.Command{
		Use: "lesson", Args: p.noCommand,
		RunE: func(*cobra.Command, []string) error { return p.listLessons() },
	}
	list := &cobra.Command{
		Use: "list", Args: exactly(0),
		RunE: func(*cobra.Command, []string) error { return p.listLessons() },
	}
	run := &cobra.Command{
		Use: "run ID", Args: exactly(1), ValidArgsFunction: lessonIDs,
		RunE: func(c *cobra.Command, args []string) error {
			if err := lab.CheckLesson(args[0]); err != nil {
				return err
			}
			return p.repl(c.Context(), deskPlan{lesson: args[0]})
		},
	}
	var fast bool
	play := &cobra.Command{
		Use: "play ID", Args: exactly(1), ValidArgsFunction: lessonIDs,
		RunE: func(c *cobra.Command, args []string) error { return p.playLesson(c.Context(), args[0], fast) },
	}
	play.Flags().BoolVar(&fast, "fast", false, "")
	lesson.AddCommand(list, run, play)
	return lesson
}

func lessonIDs(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	var ids []string
	if lib, err := lessons.Builtin(); err == nil {
		for _, l := range lib.Lessons() {
			ids = append(ids, l.ID)
		}
	}
	return ids, cobra.ShellCompDirectiveNoFileComp
}

// listLessons prints one line a lesson: id, count of steps, title.
func (p *program) listLessons() error {
	lib, err := lessons.Builtin()
	if err != nil {
		return err
	}
	for _, l := range lib.Lessons() {
		fmt.Fprintf(p.out, "%-12s %3d  %s\n", l.ID, len(l.Steps), l.Title.In(p.lang))
	}
	return nil
}

// playLesson lets the program play a lesson by itself, in a lab of its own.
func (p *program) playLesson(ctx context.Context, id string, fast bool) error {
	s := terminal.NewScript(strings.NewReader(""), p.out, p.columns(), p.look(), p.lang)
	s.Pace(!fast)
	shell := lab.New(lab.Config{Front: s, Lang: p.lang, Unattended: true, Version: Version})
	network, err := mockserver.Start(mockserver.Config{Emit: shell.Sink})
	if err != nil {
		return err
	}
	defer network.Close()
	defer shell.Close()
	shell.UseNetwork(network)
	return shell.PlayLesson(ctx, id)
}
