package main

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"maillab/capture"
	"maillab/explain"
	"maillab/phrases"
	"maillab/protocol"
	"maillab/terminal"
	"maillab/transcript"
)

// sampleOctets is how much of an input is looked at to tell what it is.
const sampleOctets = 32 << 10

// explainInput is what `maillab explain` is to explain: a reply, or a conversation.
type explainInput struct {
	reply string
	// file is where it was read from, "" where it was given otherwise.
	file string
	// conversation tells one, or several, to emit.
	conversation func(emit protocol.Sink) error
	close        func() error
}

// enhancedAlone is an enhanced status code (RFC 3463 §2) without the reply around it.
var enhancedAlone = regexp.MustCompile(`^[245]\.\d{1,3}\.\d{1,3}$`)

// explainInput decides what the arguments mean. A file is what stands in it, text is
// itself, and standard input is what comes; each may be a reply or a conversation.
func (p *program) explainInput(f explainFlags, args []string) (explainInput, error) {
	none := func() error { return nil }
	switch {
	case len(args) == 0 || len(args) == 1 && args[0] == "-":
		p.invite("stdin.explain")
		in, err := p.tell(f, p.in)
		in.close = none
		return in, err
	case len(args) == 1 && enhancedAlone.MatchString(args[0]):
		return explainInput{}, &usageError{say("error.only-a-code", phrases.Args{"code": args[0]})}
	case len(args) == 1 && !replyLike(args[0]):
		file, err := openText(args[0])
		if err != nil {
			return explainInput{}, err
		}
		if file != nil {
			in, err := p.tell(f, file)
			in.close, in.file = file.Close, args[0]
			return in, err
		}
		if err := f.strangeWord(args[0]); err != nil {
			return explainInput{}, err
		}
	}
	in, err := p.tell(f, strings.NewReader(joined(args)))
	in.close = none
	return in, err
}

// strangeWord: a single word that is no reply is the name of a file that is not there, or something to look up. For
// scripts, and behind --after, it is what a server said.
func (f explainFlags) strangeWord(word string) error {
	if f.json || f.after != "" || f.format != "" || strings.ContainsAny(word, " \r\n") || strings.TrimSpace(word) == "" || isOddReply(word) {
		return nil
	}
	key := "error.neither"
	if len(explain.Lookup("", word)) > 0 {
		key = "error.only-a-word"
	}
	return &usageError{say(key, phrases.Args{"word": phrases.Clean(word)})}
}

// isOddReply: it has something in the place of a code, as +ERR and 150 have, or is known for another service's.
func isOddReply(text string) bool {
	a := explain.Reply(explain.ContextAfter("", "", text))
	return a.Code != "" || a.Fields["service"] != nil
}

// tell looks at the beginning of an input to tell whether it is a conversation.
func (p *program) tell(f explainFlags, r io.Reader) (explainInput, error) {
	b := bufio.NewReaderSize(r, sampleOctets)
	sample, err := b.Peek(sampleOctets)
	switch {
	case errors.Is(err, io.EOF):
		// All of it has come: to read on at a keyboard would take a second Ctrl-D.
		sample = bytes.Clone(sample)
		b = bufio.NewReader(bytes.NewReader(sample))
	case err != nil:
		return explainInput{}, err
	}
	switch {
	case f.format == "" && capture.Is(sample), f.format == captureFormat:
		return explainInput{conversation: func(emit protocol.Sink) error { return readCapture(b, emit) }}, nil
	case f.format != "" || f.after == "" && transcript.Detect(string(sample)) != "":
		return explainInput{conversation: func(emit protocol.Sink) error { return readTranscript(f, b, emit) }}, nil
	}
	data, err := io.ReadAll(io.LimitReader(b, 64<<20))
	if err != nil {
		return explainInput{}, err
	}
	return explainInput{reply: strings.TrimSuffix(strings.TrimSuffix(string(data), "\n"), "\r")}, nil
}

// replyLike: what begins like a reply is one, whatever files there are.
func replyLike(s string) bool {
	_, reply := explain.ContextAfter("", "", s)
	return reply.Code != ""
}

// openText opens the file that the argument names; nil where it is no name of a file
// but words. A name that only looks like one of a file is an error.
func openText(name string) (*os.File, error) {
	info, err := os.Stat(name)
	if err != nil {
		if strings.ContainsAny(name, " \r\n<>") || filepath.Ext(name) == "" && !strings.ContainsAny(name, `/\`) {
			return nil, nil
		}
		return nil, &failure{say("error.open", phrases.Args{"file": phrases.Clean(name), "error": phrases.Clean(plainError(err).Error())})}
	}
	if info.IsDir() {
		return nil, &failure{say("error.open-folder", phrases.Args{"file": phrases.Clean(name)})}
	}
	file, err := os.Open(name)
	if err != nil {
		return nil, &failure{say("error.open", phrases.Args{"file": phrases.Clean(name), "error": phrases.Clean(plainError(err).Error())})}
	}
	return file, nil
}

// plainError is the system's own words, without the name that stands before them.
func plainError(err error) error {
	var path *os.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}

// captureFormat is the --format of capture files.
const captureFormat = "pcap"

// readTranscript tells the conversations of a text.
func readTranscript(f explainFlags, in io.Reader, emit protocol.Sink) error {
	_, err := transcript.Read(in, transcript.Options{
		Format: transcript.Format(f.format), Protocol: protocol.Protocol(strings.ToLower(f.protocol)),
	}, emit)
	if errors.Is(err, transcript.ErrUnknownFormat) {
		return &usageError{say("error.format", phrases.Args{"formats": formatNames()})}
	}
	return err
}

// readCapture tells the conversations of a capture file.
func readCapture(in io.Reader, emit protocol.Sink) error {
	sum, err := capture.Read(in, emit)
	args := phrases.Args{"packets": strconv.Itoa(sum.Packets), "others": strconv.Itoa(sum.Others), "fragments": strconv.Itoa(sum.Fragments)}
	switch {
	case errors.Is(err, capture.ErrBroken):
		return &failure{say("error.capture-broken", args)}
	case err != nil:
		return err
	case sum.Conversations == 0:
		return &failure{say("error.capture-empty", args)}
	case sum.Fragments > 0:
		return &failure{say("error.capture-fragments", args)}
	}
	return nil
}

// explainConversation tells conversations with every line explained.
func (p *program) explainConversation(f explainFlags, read func(protocol.Sink) error) error {
	out := bufio.NewWriterSize(p.out, 32<<10)
	if f.json {
		return tellJSON(out, f.reveal, read)
	}
	r := terminal.NewRenderer(out, p.columns, p.look(), p.lang)
	err := read(terminal.NewTranscript(r, f.reveal).Event)
	return cmp.Or(out.Flush(), err)
}

func formatNames() string {
	var names []string
	for _, f := range transcript.Formats() {
		names = append(names, string(f))
	}
	return phrases.List(append(names, captureFormat))
}

// told is one line of `maillab explain FILE --json`.
type told struct {
	Kind         protocol.Kind     `json:"kind"`
	Conversation string            `json:"conversation,omitempty"`
	Time         time.Time         `json:"time,omitzero"`
	Protocol     protocol.Protocol `json:"protocol,omitempty"`
	// State before, After behind a reply; TLS: it was said in secret.
	State string `json:"state,omitempty"`
	After string `json:"after,omitempty"`
	TLS   bool   `json:"tls,omitempty"`
	// Note says what a note is, Status the code it tells, Octets how many are missing or sealed.
	Note   string `json:"note,omitempty"`
	Side   string `json:"side,omitempty"`
	Status string `json:"status,omitempty"`
	Octets int    `json:"octets,omitempty"`
	// Host, Port, Address of a connection; Close why one ended.
	Host    string         `json:"host,omitempty"`
	Port    string         `json:"port,omitempty"`
	Address string         `json:"address,omitempty"`
	From    string         `json:"from,omitempty"`
	Close   protocol.Close `json:"close,omitempty"`
	// Command is the client line that a reply answers.
	Command   string          `json:"command,omitempty"`
	Raw       *string         `json:"raw,omitempty"`
	RawBase64 string          `json:"raw_base64,omitempty"`
	Speech    protocol.Speech `json:"speech,omitempty"`
	Notices   []toldNotice    `json:"notices,omitempty"`
	// Fields and Sections are what a line of a login holds, decoded.
	Fields      map[string]any      `json:"fields,omitempty"`
	Sections    []explain.Section   `json:"sections,omitempty"`
	Explanation *explain.Annotation `json:"explanation,omitempty"`
}

type toldNotice struct {
	Kind  string       `json:"kind"`
	At    int          `json:"at"`
	Len   int          `json:"len"`
	Risky bool         `json:"risky,omitempty"`
	Text  phrases.Text `json:"text"`
	Meant string       `json:"meant,omitempty"`
}

// tellJSON writes one object for each thing that was said or told.
func tellJSON(out *bufio.Writer, reveal bool, read func(protocol.Sink) error) error {
	var failed error
	err := read(func(e protocol.Event) {
		if failed == nil && e.Kind != protocol.KindLine { // the reply has its lines
			failed = writeTold(out, e, reveal)
		}
	})
	return cmp.Or(failed, out.Flush(), err)
}

func writeTold(out io.Writer, e protocol.Event, reveal bool) error {
	var b bytes.Buffer
	j := json.NewEncoder(&b)
	j.SetEscapeHTML(false)
	if err := j.Encode(tellEvent(e, reveal)); err != nil {
		return err
	}
	_, err := out.Write(append(explain.VisibleJSON(bytes.TrimSuffix(b.Bytes(), []byte("\n"))), '\n'))
	return err
}

func tellEvent(e protocol.Event, reveal bool) told {
	shown := e
	if !reveal {
		shown = e.Redacted()
	}
	t := told{
		Kind: e.Kind, Conversation: e.Conn, Protocol: e.Context.Protocol, State: e.Context.Label(), TLS: e.Context.TLS,
		Time: e.Time, From: e.From, Octets: e.Octets, Host: e.Host, Port: e.Port, Address: e.Address, Close: e.Close, Speech: e.Speech,
	}
	switch e.Kind {
	case protocol.KindClient:
		t.setRaw(string(shown.Raw))
		if string(shown.Raw) == string(e.Raw) && !strings.Contains(string(e.Raw), protocol.Mask) {
			t.Notices = noticesOf(e)
		}
		if d, ok := explain.Said(e.Context, protocol.Understand(e.Context, string(e.Raw)), reveal); ok {
			t.Fields, t.Sections = d.Fields, []explain.Section{d.Section}
		}
	case protocol.KindReply:
		t.Command = shown.Context.Line
		ctx := shown.Context
		if strings.Contains(ctx.Line, protocol.Mask) {
			ctx.Line, ctx.Args = "", "" // the mask is not what was said
		}
		a := explain.Reply(ctx, *e.Reply)
		t.setRaw(explain.Raw(*e.Reply))
		t.After, t.Explanation = e.After.Label(), &a
	case protocol.KindNote:
		t.setRaw(string(shown.Raw))
		t.Note = e.Name
		if e.Name == protocol.NoteGap {
			t.Side = e.Arg
		} else {
			t.Status = e.Arg
		}
	}
	return t
}

func (t *told) setRaw(s string) {
	if utf8.ValidString(s) {
		t.Raw = &s
		return
	}
	t.RawBase64 = base64.StdEncoding.EncodeToString([]byte(s))
}

func noticesOf(e protocol.Event) []toldNotice {
	var list []toldNotice
	for _, n := range explain.Client(e.Context, protocol.Understand(e.Context, string(e.Raw))) {
		list = append(list, toldNotice{n.Kind, n.At, n.Len, n.Risky, n.Text, n.Meant})
	}
	return list
}
