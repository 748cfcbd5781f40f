package lab

import (
	"context"
	"errors"
	"slices"
	"strings"

	"maillab/lessons"
	"maillab/mockserver"
	"maillab/phrases"
	"maillab/protocol"
)

// runPersona says whose manner the lab's servers have, or changes it.
func runPersona(_ context.Context, s *Shell, arg string) error {
	n := s.cfg.Network
	if n == nil {
		return trouble("inbox.no-lab", nil)
	}
	if arg == "" {
		s.show(s.personaBlocks(n)...)
		return nil
	}
	names := strings.Fields(arg)
	var also []string
	for i, name := range names {
		if !strings.EqualFold(name, "off") {
			continue
		}
		names[i] = mockserver.PlainPersona
		if far := n.Neighbour(); far != nil {
			also = []string{far.Domain() + "/" + mockserver.PlainPersona}
		}
	}
	if err := n.SetPersona(slices.Concat(also, names)...); err != nil {
		return PersonaTrouble(err)
	}
	for _, name := range names {
		s.show(PersonaBlocks(name)...)
	}
	s.show(Block{Kind: Success, Text: Say("persona.set", phrases.Args{"names": phrases.List(cleaned(names))})})
	return nil
}

// personaBlocks lists the personas, and says which are on.
func (s *Shell) personaBlocks(n *mockserver.Lab) []Block {
	now := phrases.Args{"smtp": n.Persona(protocol.SMTP), "pop3": n.Persona(protocol.POP3)}
	return []Block{
		{Kind: Para, Text: Say("persona.now", now)}, {Kind: Table, Rows: PersonaRows()}, {Kind: Note, Text: Say("persona.how", nil)},
	}
}

// PersonaRows lists the personas, one a row: name, protocols, title.
func PersonaRows() [][]phrases.Text {
	rows := [][]phrases.Text{}
	for _, p := range mockserver.Personas() {
		var protocols []string
		for _, x := range p.Protocols() {
			protocols = append(protocols, strings.ToUpper(string(x)))
		}
		rows = append(rows, []phrases.Text{plain(p.Name), plain(strings.Join(protocols, " ")), p.Title})
	}
	return rows
}

// PersonaBlocks says what there is to notice about a persona.
func PersonaBlocks(name string) []Block {
	p, ok := mockserver.PersonaNamed(name)
	if !ok {
		return nil
	}
	blocks := []Block{{Kind: Heading, Text: p.Title}}
	for _, n := range p.Notice {
		blocks = append(blocks, Block{Kind: Item, Text: n, Lines: []string{""}})
	}
	return blocks
}

// PersonaTrouble words a name that no persona has.
func PersonaTrouble(err error) error {
	var unknown *mockserver.UnknownPersonaError
	if !errors.As(err, &unknown) {
		return err
	}
	var names []string
	for _, p := range mockserver.Personas() {
		names = append(names, p.Name)
	}
	if domain, rest, far := strings.Cut(unknown.Name, "/"); far {
		if _, known := mockserver.PersonaNamed(rest); known {
			return trouble("persona.nowhere", phrases.Args{"name": phrases.Clean(unknown.Name), "domain": phrases.Clean(domain)})
		}
	}
	return trouble("persona.unknown", phrases.Args{"name": phrases.Clean(unknown.Name), "names": phrases.List(names)})
}

func completePersonas(*Shell) []Candidate {
	out := candidates("off")
	for _, p := range mockserver.Personas() {
		out = append(out, Candidate{p.Name, p.Title})
	}
	return out
}

// runFault lists the faults, switches one on, or all off.
func runFault(_ context.Context, s *Shell, arg string) error {
	n := s.cfg.Network
	if n == nil {
		return trouble("inbox.no-lab", nil)
	}
	words := strings.Fields(arg)
	off := slices.IndexFunc(words, func(w string) bool { return strings.EqualFold(w, "off") })
	switch {
	case arg == "":
		s.show(s.faultBlocks(n)...)
		return nil
	case off >= 0:
		return s.faultsOff(n, slices.Delete(words, off, off+1))
	}
	if err := n.SetFaults(append(n.FaultsOn(), strings.Fields(arg)...)...); err != nil {
		return FaultTrouble(err)
	}
	for _, spec := range strings.Fields(arg) {
		name, _, _ := strings.Cut(spec, ":")
		if f, ok := mockserver.FaultNamed(name); ok {
			s.show(Block{Kind: Heading, Text: f.Title}, Block{Kind: Para, Text: f.About}, Block{Kind: Note, Text: FaultPlaces(f)})
		}
	}
	s.show(Block{Kind: Success, Text: faultsOn(n.FaultsOn())})
	return nil
}

// faultsOff switches faults off: those named, or all.
func (s *Shell) faultsOff(n *mockserver.Lab, names []string) error {
	left := n.FaultsOn()
	for _, name := range names {
		before := len(left)
		left = slices.DeleteFunc(left, func(on string) bool { return faultName(on) == faultName(name) })
		if len(left) == before {
			return trouble("fault.not-on", phrases.Args{"name": phrases.Clean(name)})
		}
	}
	if len(names) == 0 {
		left = nil
	}
	if err := n.SetFaults(left...); err != nil {
		return FaultTrouble(err)
	}
	now := Say("fault.off", nil)
	if len(left) > 0 {
		now = faultsOn(left)
	}
	s.show(Block{Kind: Success, Text: now})
	return nil
}

// faultName is a fault without its arguments.
func faultName(spec string) string {
	name, _, _ := strings.Cut(spec, ":")
	return strings.ToLower(name)
}

// faultBlocks lists what can be made to go wrong, and what does.
func (s *Shell) faultBlocks(n *mockserver.Lab) []Block {
	now := Say("fault.none", nil)
	if on := n.FaultsOn(); len(on) > 0 {
		now = faultsOn(on)
	}
	return []Block{{Kind: Para, Text: now}, {Kind: Table, Rows: FaultRows()}, {Kind: Note, Text: Say("fault.how", nil)}}
}

// faultsOn lists the faults that are on, as code: their arguments may hold an asterisk.
func faultsOn(specs []string) phrases.Text {
	list := phrases.Text{EN: "`" + strings.Join(specs, "`, `") + "`", ZH: "`" + strings.Join(specs, "`、`") + "`"}
	return Say("fault.on", nil).With("faults", list)
}

// FaultRows lists what can be made to go wrong, one a row: form, title.
func FaultRows() [][]phrases.Text {
	rows := [][]phrases.Text{}
	for _, f := range mockserver.Faults() {
		rows = append(rows, []phrases.Text{plain(f.Usage()), f.Title})
	}
	return rows
}

// FaultTrouble words a fault that cannot be switched on.
func FaultTrouble(err error) error {
	var bad *mockserver.FaultError
	if !errors.As(err, &bad) {
		return err
	}
	name, _, _ := strings.Cut(bad.Spec, ":")
	args := phrases.Args{"name": phrases.Clean(name), "arg": strings.ToUpper(bad.Arg)}
	if bad.Fault == nil {
		if domain, rest, far := strings.Cut(name, "/"); far {
			if _, known := mockserver.FaultNamed(rest); known {
				args["domain"] = phrases.Clean(domain)
				return trouble("fault.nowhere", args)
			}
		}
		var names []string
		for _, f := range mockserver.Faults() {
			names = append(names, f.Name)
		}
		args["names"] = phrases.List(names)
		return trouble("fault.unknown", args)
	}
	args["usage"] = bad.Fault.Usage()
	if bad.Arg == "" {
		return trouble("fault.too-many", args)
	}
	key := "fault.argument"
	for _, a := range bad.Fault.Args {
		if a.Name == bad.Arg && a.Kind == "command" {
			key, args["commands"] = "fault.argument-command", phrases.List(verbs())
		}
		if a.Name == bad.Arg && a.Kind == "duration" {
			key = "fault.argument-duration"
		}
	}
	return trouble(key, args)
}

// verbsOf are the verbs of a fault's place, an argument of the fault among them, in capitals.
func verbsOf(verbs []string) []string {
	out := make([]string, len(verbs))
	for i, v := range verbs {
		out[i] = strings.ToUpper(strings.Trim(v, "{}"))
	}
	return out
}

// FaultPlaces says where in the table a fault strikes.
func FaultPlaces(f *mockserver.Fault) phrases.Text {
	var en, zh []string
	for _, p := range f.Places() {
		where := Say("fault.place."+p.At, nil)
		switch {
		case p.At == "command" && slices.Contains(p.Verbs, "*"):
			where = Say("fault.place.every", nil)
		case p.At == "command":
			where = phrases.Listed(verbsOf(p.Verbs))
		}
		protocol := strings.ToUpper(string(p.Protocol))
		en, zh = append(en, strings.TrimSpace(protocol+" "+where.EN)), append(zh, strings.TrimSpace(protocol+" "+where.ZH))
	}
	places := phrases.Text{EN: strings.Join(en, "; "), ZH: strings.Join(zh, "；")}
	return Say("fault.places", nil).With("places", places)
}

// FaultText says that a fault has struck.
func FaultText(e protocol.Event) phrases.Text {
	f, ok := mockserver.FaultNamed(e.Name)
	if !ok {
		return phrases.Text{}
	}
	return Say("fault.struck", phrases.Args{"name": phrases.Clean(e.Name)}).With("title", f.Title)
}

func completeFaults(*Shell) []Candidate {
	out := candidates("off")
	for _, f := range mockserver.Faults() {
		out = append(out, Candidate{f.Name, f.Title})
	}
	return out
}

// setUp lets the lab's servers be what a lesson wants, and returns what puts them back.
func (s *Shell) setUp(l *lessons.Lesson) (putBack func(), err error) {
	n := s.cfg.Network
	if n == nil || l.Persona == nil && l.Faults == nil {
		return func() {}, nil
	}
	faults := n.FaultsOn()
	personas, err := n.SwapPersona(l.Persona...)
	if err != nil {
		return nil, PersonaTrouble(err)
	}
	if err := n.SetFaults(l.Faults...); err != nil {
		personas()
		return nil, FaultTrouble(err)
	}
	return func() { personas(); _ = n.SetFaults(faults...) }, nil
}
