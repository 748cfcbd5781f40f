package terminal

import (
	"context"
	"errors"
	"io"

	"maillab/lab"
	"maillab/phrases"
	"maillab/protocol"
)

// Script is the front end where standard input is no terminal: lines are read
// from it, echoed behind their prompts, and carried out one after the other.
type Script struct {
	*Renderer
	in    *protocol.LineReader
	shell *lab.Shell
	pace  func(context.Context, string) error
}

// maxScriptLine is the longest line of a script, in octets.
const maxScriptLine = 1 << 20

// NewScript reads from in and draws on out, width columns wide.
func NewScript(in io.Reader, out io.Writer, width int, look Look, lang phrases.Lang) *Script {
	return &Script{
		Renderer: NewRenderer(out, func() int { return width }, look, lang),
		in:       protocol.NewLineReader(in, maxScriptLine),
		pace:     noPace,
	}
}

// Run carries out the lines until there are no more, or one of them leaves. The
// last prompt is not drawn: nobody would type there.
func (s *Script) Run(ctx context.Context, shell *lab.Shell) error {
	s.shell = shell
	for !shell.Quitting() && ctx.Err() == nil {
		line, err := s.read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := s.Type(ctx, shell.Place(), line); err != nil {
			return err
		}
		shell.Line(ctx, line)
	}
	return ctx.Err()
}

func (s *Script) read() (string, error) {
	line, err := s.in.ReadLine()
	return string(line.Text), err
}

// Ask takes the next line of the script as the answer; a secret one is masked in the echo.
func (s *Script) Ask(_ context.Context, question phrases.Text, secret bool) (string, error) {
	answer, err := s.read()
	if err != nil {
		s.line(question.In(s.lang))
		s.flush()
		return "", lab.ErrNoAnswer
	}
	echo := phrases.Clean(answer)
	if secret {
		echo = "********"
	}
	s.line(question.In(s.lang) + echo)
	s.flush()
	return answer, nil
}

// Type echoes a line behind its prompt.
func (s *Script) Type(ctx context.Context, at lab.Place, line string) error {
	s.prompt.set(s.Prompt(at))
	return typeLine(ctx, s.out, s.prompt.get(), line, s.pace)
}

// Pace sets how lines that the program types appear: like a person's, or at once.
func (s *Script) Pace(human bool) {
	s.pace = noPace
	if human {
		s.pace = humanPace
	}
}
