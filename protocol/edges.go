package protocol

import "slices"

// Edge is one way from a state to another: a line drawn in a diagram.
type Edge struct {
	From, To State
	// Verb said and Code answered; Verb is "" for the greeting.
	Verb, Code string
}

// Edges lists every change of state that the table allows, in the order of the
// states and rows, without the 421 that may come anywhere.
func (t *Table) Edges() []Edge {
	var all []Edge
	for _, s := range t.States {
		all = append(all, t.edgesFrom(s)...)
	}
	return all
}

func (t *Table) edgesFrom(s State) []Edge {
	var out []Edge
	for _, r := range t.lines() {
		if !r.saidIn(s) {
			continue
		}
		for _, a := range slices.Concat(r.Answers, r.Last) {
			to := edgeEnd(a.Next, s)
			e := Edge{From: s, To: to, Verb: r.Verb, Code: a.Code}
			if to != "" && !slices.ContainsFunc(out, func(x Edge) bool { return x.Verb == e.Verb && x.To == e.To }) {
				out = append(out, e)
			}
		}
	}
	return out
}

// lines returns every row, those that are no commands included.
func (t *Table) lines() []*Row {
	rows := []*Row{&t.Greeting}
	for i := range t.Rows {
		rows = append(rows, &t.Rows[i])
	}
	rows = append(rows, &t.Response)
	if t.Dot.Verb != "" {
		rows = append(rows, &t.Dot)
	}
	return rows
}

// saidIn is InOrder for diagrams: content and AUTH exchanges take no commands.
func (r *Row) saidIn(s State) bool {
	if len(r.States) == 0 && (s == StateContent || s == StateAuth) {
		return false
	}
	return r.InOrder(s)
}

// edgeEnd resolves a relative next state as seen from s.
func edgeEnd(next, s State) State {
	switch {
	case next == stateBase && s == StateGreeted:
		return ""
	case next == stateBase:
		return StateIdentified
	case next == stateEnd && s == StateTransaction:
		return StateUpdate
	case next == stateEnd:
		return StateClosed
	case next == "" && s != "":
		return ""
	}
	return next
}
