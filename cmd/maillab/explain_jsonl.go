package main

import (
	"errors"
	"io"
	"runtime/debug"
	"strconv"

	"maillab/explain"
	"maillab/phrases"
	"maillab/protocol"
)

// maxQuestion is the longest line of --jsonl that is answered, in octets.
const maxQuestion = 4 << 20

// bulkOutput is how many octets of answers are written at once.
const bulkOutput = 64 << 10

// bulkGarbage lets the heap grow to so many per cent of what lives in it before it is
// collected: the knowledge that lives there is small, and going over it again and again
// would take a fifth of the time.
const bulkGarbage = 800

var errQuestionLength = errors.New("line too long")

// explainLines answers each line of JSON on standard input with one line, in the
// same order. A line that is no question gets an object with an error, and the
// next is read: one bad line must not cost the others. The exit code tells.
func (p *program) explainLines() error {
	defer debug.SetGCPercent(debug.SetGCPercent(bulkGarbage))
	lines := protocol.NewLineReader(p.in, maxQuestion)
	var answers explain.Bulk
	var out []byte
	bad := 0
	for {
		line, err := lines.ReadLine()
		if errors.Is(err, io.EOF) {
			return badQuestions(bad)
		}
		if err != nil {
			return err
		}
		var wrong error
		if out, wrong = appendAnswer(&answers, out, line); wrong != nil {
			bad++
		}
		out = append(out, '\n')
		// Somebody may be waiting for this answer before they ask the next.
		if lines.Buffered() == 0 || len(out) > bulkOutput {
			if _, err := p.out.Write(out); err != nil {
				return err
			}
			out = out[:0]
		}
	}
}

func badQuestions(n int) error {
	if n == 0 {
		return nil
	}
	return &failure{say("error.questions", phrases.Args{"n": strconv.Itoa(n)})}
}

func appendAnswer(answers *explain.Bulk, dst []byte, line protocol.Line) ([]byte, error) {
	if line.Cut > 0 {
		return explain.AppendError(dst, errQuestionLength), errQuestionLength
	}
	return answers.AppendAnswer(dst, line.Text)
}
