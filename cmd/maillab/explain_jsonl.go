package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"strings"

	"maillab/explain"
	"maillab/protocol"
)

// maxQuestion is the longest line of --jsonl that is answered, in octets.
const maxQuestion = 4 << 20

// question is one line of --jsonl.
type question struct {
	Protocol string `json:"protocol"`
	Command  string `json:"command"`
	Reply    string `json:"reply"`
}

// explainLines answers each line of JSON on standard input with one line, in the
// same order. A line that is no question gets an object with an error, and the
// next is read: one bad line must not cost the others.
func (p *program) explainLines() error {
	lines := protocol.NewLineReader(p.in, maxQuestion)
	out := bufio.NewWriterSize(p.out, 64<<10)
	answers := json.NewEncoder(out)
	answers.SetEscapeHTML(false)
	for {
		line, err := lines.ReadLine()
		if errors.Is(err, io.EOF) {
			return out.Flush()
		}
		if err != nil {
			return err
		}
		if err := answers.Encode(answer(line)); err != nil {
			return err
		}
		if lines.Buffered() == 0 {
			// Somebody may be waiting for this answer before they ask the next.
			if err := out.Flush(); err != nil {
				return err
			}
		}
	}
}

// answer explains one question, or says what is wrong with it.
func answer(line protocol.Line) any {
	var q question
	wrong := json.Unmarshal(line.Text, &q)
	proto := protocol.Protocol(strings.ToLower(q.Protocol))
	switch {
	case line.Cut > 0:
		wrong = errors.New("line too long")
	case wrong == nil && proto != "" && protocol.TableOf(proto) == nil:
		wrong = errors.New("unknown protocol")
	}
	if wrong != nil {
		return map[string]string{"error": wrong.Error()}
	}
	return explain.Reply(explain.ContextAfter(proto, q.Command, q.Reply))
}
