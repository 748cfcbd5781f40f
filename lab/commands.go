package lab

import (
	"context"
	"regexp"
	"slices"
	"sort"
	"strings"

	"github.com/agnivade/levenshtein"

	"maillab/explain"
	"maillab/phrases"
	"maillab/protocol"
)

// LabCommand is one word of the lab. Dispatch, help and completion read this
// table; the words about it stand in the data files under "cmd." and its name.
type LabCommand struct {
	Name    string
	Aliases []string
	// Usage is the form, names of arguments in capitals.
	Usage string
	Group string
	// Complete offers what the argument may be; nil offers nothing.
	Complete func(*Shell) []Candidate
	run      func(ctx context.Context, s *Shell, arg string) error
	// private: the argument may hold a password, so events keep its first word only, unless about says more, and history nothing.
	private bool
	// literal: the argument may hold any character, those of an input method too.
	literal bool
	// own: it concerns the servers that run inside maillab and no other.
	own bool
	// about fills in what an event tells of the command beside its name and argument; nil adds nothing.
	about func(s *Shell, arg string, e *protocol.Event)
}

// Groups of commands, in the order in which help lists them.
const (
	groupTalk   = "talk"
	groupLearn  = "learn"
	groupTools  = "tools"
	groupScreen = "screen"
)

var groups = []string{groupTalk, groupLearn, groupTools, groupScreen}

// commands is filled in here and nowhere else; a function, because help reads it.
func commands() []LabCommand {
	return []LabCommand{
		{Name: "telnet", Aliases: []string{"open", "connect", "o"}, Usage: "telnet HOST [PORT] [tls]", Group: groupTalk, run: runTelnet, Complete: completeHosts},
		{Name: "servers", Aliases: []string{"accounts", "hosts"}, Usage: "servers", Group: groupTalk, run: runServers},
		{Name: "state", Usage: "state", Group: groupTalk, run: runState},
		{Name: "status", Usage: "status", Group: groupTalk, run: runStatus},
		{Name: "send", Usage: "send LINE", Group: groupTalk, run: runSend, literal: true},
		{Name: "close", Aliases: []string{"disconnect"}, Usage: "close", Group: groupTalk, run: runClose},

		{Name: "lessons", Usage: "lessons", Group: groupLearn, run: runLessons},
		{Name: "lesson", Usage: "lesson [ID]", Group: groupLearn, run: runLesson, Complete: completeLessons},
		{Name: "next", Aliases: []string{"n", "下一步"}, Usage: "next", Group: groupLearn, run: runNext},
		{Name: "hint", Usage: "hint", Group: groupLearn, run: runHint},
		{Name: "solution", Usage: "solution", Group: groupLearn, run: runSolution},
		{Name: "skip", Usage: "skip", Group: groupLearn, run: runSkip},
		{Name: "back", Usage: "back", Group: groupLearn, run: runBack},
		{Name: "where", Usage: "where", Group: groupLearn, run: runWhere},
		{Name: "restart", Usage: "restart", Group: groupLearn, run: runRestart},
		{Name: "leave", Aliases: []string{"stop"}, Usage: "leave", Group: groupLearn, run: runLeave},

		{Name: "base64", Usage: "base64 [encode TEXT | decode TEXT]", Group: groupTools, run: runBase64, about: aboutBase64, Complete: completeBase64, private: true, literal: true},
		{Name: "inbox", Aliases: []string{"mailbox"}, Usage: "inbox [USER [NUMBER]]", Group: groupTools, run: runInbox, about: aboutInbox, Complete: completeUsers, own: true},
		{Name: "mx", Aliases: []string{"dig"}, Usage: "mx [DOMAIN]", Group: groupTools, run: runMX, Complete: completeDomains, own: true},
		{Name: "queue", Aliases: []string{"mailq"}, Usage: "queue", Group: groupTools, run: runQueue, own: true},
		{Name: "reset", Usage: "reset", Group: groupTools, run: runReset, own: true},
		{Name: "persona", Usage: "persona [NAME]", Group: groupTools, run: runPersona, Complete: completePersonas, own: true},
		{Name: "fault", Usage: "fault [NAME[:ARGUMENTS] | off [NAME]]", Group: groupTools, run: runFault, Complete: completeFaults, own: true},
		{Name: "explain", Aliases: []string{"codes"}, Usage: "explain LEVEL | WORD | [LINE] REPLY", Group: groupTools, run: runExplain, Complete: completeLevels, literal: true},

		{Name: "lang", Aliases: []string{"language", "语言"}, Usage: "lang zh|en", Group: groupScreen, run: runLang, Complete: completeLangs},
		{Name: "plain", Usage: "plain on|off", Group: groupScreen, run: runPlain, Complete: completeSwitch},
		{Name: "help", Aliases: []string{"?", "？", "h", "帮助"}, Usage: "help [WORD]", Group: groupScreen, run: runHelp, Complete: completeTopics, literal: true},
		{Name: "version", Usage: "version", Group: groupScreen, run: runVersion},
		{Name: "quit", Aliases: []string{"exit", "bye", "q", "退出", "再见"}, Usage: "quit", Group: groupScreen, run: runQuit},
	}
}

// findCommand finds a command by its name or an alias, lower case.
func findCommand(name string) *LabCommand {
	for _, c := range commands() {
		if c.Name == name {
			return &c
		}
		for _, a := range c.Aliases {
			if a == name {
				return &c
			}
		}
	}
	return nil
}

// runCommand carries out a lab command; colon says that it was written with one.
func (s *Shell) runCommand(ctx context.Context, line string, colon bool) error {
	name, arg, _ := strings.Cut(line, " ")
	if line == "" {
		return nil
	}
	if err := mistyped(line, name, colon); err != nil {
		return err
	}
	cmd := findCommand(strings.ToLower(name))
	if cmd == nil {
		return s.unknownCommand(line, name, colon)
	}
	arg = strings.TrimSpace(arg)
	if err := cmd.run(ctx, s, arg); err != nil {
		return err
	}
	e := protocol.Event{Kind: protocol.KindCommand, Name: cmd.Name, Arg: arg}
	if cmd.private {
		e.Arg, _, _ = strings.Cut(arg, " ")
	}
	if cmd.about != nil {
		cmd.about(s, arg, &e)
	}
	s.Sink(e)
	return nil
}

// unknownCommand says what was probably meant: a protocol command before there
// is anybody to say it to, a slip of the fingers, a line for the server.
func (s *Shell) unknownCommand(line, name string, colon bool) error {
	args := phrases.Args{"word": phrases.Clean(name), "near": nearestCommand(strings.ToLower(name))}
	switch {
	case colon && args["near"] != "":
		return trouble("command.unknown-colon-near", args)
	case colon:
		return trouble("command.unknown-colon", args)
	}
	if p, verb := protocolWord(line); verb != "" {
		args["verb"] = verb
		return trouble("command.not-connected-"+string(p), args)
	}
	if args["near"] != "" {
		return trouble("command.unknown-near", args)
	}
	return trouble("command.unknown", args)
}

// protocolWord finds the protocol that a line typed at the lab's prompt belongs to.
func protocolWord(line string) (protocol.Protocol, string) {
	line, _ = explain.Halfwidth(line)
	word := strings.ToUpper(line)
	if end := strings.IndexAny(word, " ,"); end >= 0 { // a comma in place of the space: ehlo,me
		word = word[:end]
	}
	for _, p := range []protocol.Protocol{protocol.SMTP, protocol.POP3} {
		for _, r := range protocol.TableOf(p).Rows {
			if r.Verb == word || strings.HasPrefix(word, strings.ReplaceAll(r.Lead, " ", "")) && len(r.Lead) > 6 {
				return p, r.Verb
			}
		}
	}
	return "", ""
}

// latinWord: what a misspelt command can look like.
var latinWord = regexp.MustCompile(`^[a-z0-9-]+$`)

// nearestCommand returns the command whose name is at most a third away, or "".
func nearestCommand(word string) string {
	best, distance := "", len(word)/3+2
	if len(word) < 4 {
		distance = 2
	}
	if !latinWord.MatchString(word) {
		return "" // a slip on the keys leaves letters; anything else is no misspelt command
	}
	for _, c := range commands() {
		for _, n := range append([]string{c.Name}, c.Aliases...) {
			if len(n) < 3 {
				continue
			}
			if d := levenshtein.ComputeDistance(word, n); d < distance {
				best, distance = c.Name, d
			}
		}
	}
	return best
}

// runQuit leaves maillab; where a lesson waits for a QUIT to a server and there is none, it asks to
// have it said twice.
func runQuit(_ context.Context, s *Shell, _ string) error {
	connected := s.Connected()
	s.mu.Lock()
	defer s.mu.Unlock()
	if !connected && !s.doubted && s.isGoodbye() {
		s.doubted = true
		return trouble("lesson.quit-to-whom", nil)
	}
	s.quit = true
	return nil
}

func runVersion(_ context.Context, s *Shell, _ string) error {
	s.show(Block{Kind: Para, Text: plain("maillab " + s.cfg.Version)})
	return nil
}

func runLang(_ context.Context, s *Shell, arg string) error {
	if arg == "" {
		s.show(Block{Kind: Para, Text: Say("lang.now", nil)})
		return nil
	}
	l, ok := phrases.ParseLang(arg)
	if !ok {
		return trouble("lang.unknown", phrases.Args{"lang": phrases.Clean(arg)})
	}
	s.lang.Store(l)
	s.mu.Lock()
	s.cfg.Front.SetLang(l)
	s.cfg.Front.Show(Block{Kind: Success, Text: Say("lang.set", nil)})
	inLesson := s.player != nil && !s.player.Finished()
	s.mu.Unlock()
	if inLesson {
		s.showStep()
	}
	return nil
}

// runPlain is `plain on|off`; alone it turns the look for screen readers on.
func runPlain(_ context.Context, s *Shell, arg string) error {
	key := "plain.on"
	switch strings.ToLower(arg) {
	case "", "on":
	case "off":
		key = "plain.off"
	default:
		return trouble("plain.unknown", phrases.Args{"word": phrases.Clean(arg)})
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cfg.Front.SetPlain(key == "plain.on")
	s.cfg.Front.Show(Block{Kind: Success, Text: Say(key, nil)})
	return nil
}

func runHelp(_ context.Context, s *Shell, arg string) error {
	if arg == "" {
		s.show(s.helpBlocks()...)
		return nil
	}
	word := strings.TrimPrefix(strings.ToLower(arg), ":")
	if cmd := findCommand(word); cmd != nil {
		s.show(Block{Kind: Command, Lines: []string{cmd.Usage}}, Block{Kind: Para, Text: Say("cmd."+cmd.Name+".long", nil)})
		return nil
	}
	return s.lookUp(arg)
}

// helpBlocks lists the commands by group, as they are typed here: with a colon
// while connected.
func (s *Shell) helpBlocks() []Block {
	colon := ""
	intro := "help.at-the-lab"
	if s.Connected() {
		colon, intro = ":", "help.connected"
	}
	blocks := []Block{{Kind: Para, Text: Say(intro, nil)}}
	for _, g := range groups {
		rows := [][]phrases.Text{}
		for _, c := range commands() {
			if c.Group == g {
				rows = append(rows, []phrases.Text{plain(colon + c.Usage), Say("cmd."+c.Name, nil)})
			}
		}
		blocks = append(blocks, Block{Kind: Heading, Text: Say("help.group."+g, nil)}, Block{Kind: Table, Rows: rows})
	}
	return append(blocks, Block{Kind: Note, Text: Say("help.keys", nil)})
}

// verbs are the commands of both protocols, each once.
func verbs() []string {
	list := slices.DeleteFunc(topics(), func(v string) bool { return v == "" || v[0] < 'A' || v[0] > 'Z' })
	return slices.Compact(list)
}

// topics are the words that help and explain know, for completion.
func topics() []string {
	var out []string
	for _, p := range []protocol.Protocol{protocol.SMTP, protocol.POP3} {
		for _, r := range protocol.TableOf(p).Rows {
			out = append(out, r.Verb)
		}
	}
	sort.Strings(out)
	return out
}
