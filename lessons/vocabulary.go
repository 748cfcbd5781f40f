package lessons

import "maillab/protocol"

// The names that lesson files may use for what package protocol defines. A test
// reads protocol's sources and fails when a new name is missing here.

var kinds = []string{
	string(protocol.KindConnecting), string(protocol.KindConnected), string(protocol.KindClient),
	string(protocol.KindLine), string(protocol.KindPartial), string(protocol.KindReply),
	string(protocol.KindClosed), string(protocol.KindDelivered), string(protocol.KindRetrieved),
	string(protocol.KindRemoved), string(protocol.KindLocked), string(protocol.KindUnlocked),
	string(protocol.KindCommand), string(protocol.KindTLS), string(protocol.KindQueued), string(protocol.KindDeferred),
	string(protocol.KindRelayed), string(protocol.KindBounced), string(protocol.KindFault), string(protocol.KindNote),
}

var closes = []string{
	string(protocol.ClosedByQuit), string(protocol.ClosedBy421), string(protocol.ClosedByServer),
	string(protocol.ClosedByReset), string(protocol.ClosedByTimeout), string(protocol.ClosedByUser),
	string(protocol.ClosedRefusal), string(protocol.ClosedByError), string(protocol.ClosedGreeting),
	string(protocol.ClosedHandshake),
}

var speeches = []string{
	string(protocol.SpeechCommand), string(protocol.SpeechResponse),
	string(protocol.SpeechContent), string(protocol.SpeechContentEnd),
}

var reasons = []string{
	string(protocol.UnknownVerb), string(protocol.NotImplemented), string(protocol.OutOfOrder),
	string(protocol.NeedsESMTP), string(protocol.NeedsAuth), string(protocol.AlreadyAuth),
	string(protocol.NeedsTLS), string(protocol.AlreadyTLS),
	string(protocol.NoTimestamp), string(protocol.MissingArgument), string(protocol.ExtraArgument),
	string(protocol.MissingKeyword), string(protocol.MissingColon), string(protocol.SpaceBeforeColon),
	string(protocol.MissingBrackets), string(protocol.UnclosedBracket), string(protocol.EmptyPath),
	string(protocol.BadAddress), string(protocol.TooLongLocal), string(protocol.TooLongDomain),
	string(protocol.BadDomain), string(protocol.BadParameter), string(protocol.UnknownParameter), string(protocol.BadValue), string(protocol.RepeatedParameter),
	string(protocol.BadNumber), string(protocol.BadDigest), string(protocol.BadBase64),
	string(protocol.Cancelled), string(protocol.LineTooLong), string(protocol.NulInLine),
	string(protocol.TooLongPath), string(protocol.NeedsUTF8), string(protocol.BeyondChunk),
}

// verbs returns the verbs of a protocol's table, those of lines that are no commands included.
func verbs(p protocol.Protocol) []string {
	t := protocol.TableOf(p)
	out := []string{protocol.VerbResponse, protocol.VerbDot}
	for i := range t.Rows {
		out = append(out, t.Rows[i].Verb)
	}
	return out
}

// labels returns what Context.Label can be in a protocol.
func labels(p protocol.Protocol) []string {
	var out []string
	for _, s := range protocol.TableOf(p).States {
		out = append(out, string(s))
		if login := (protocol.Context{Protocol: p, State: s, Authenticated: true}).Label(); login != string(s) {
			out = append(out, login)
		}
	}
	return out
}

// codes returns every reply code that a protocol's table lists.
func codes(p protocol.Protocol) []string {
	t := protocol.TableOf(p)
	seen := map[string]bool{}
	var out []string
	add := func(answers []protocol.Answer) {
		for _, a := range answers {
			if !seen[a.Code] {
				seen[a.Code] = true
				out = append(out, a.Code)
			}
		}
	}
	add(t.Greeting.Answers)
	add(t.Response.Answers)
	add(t.Dot.Answers)
	for i := range t.Rows {
		add(t.Rows[i].Answers)
		add(t.Rows[i].Bare)
	}
	add(t.Anywhere)
	return out
}
