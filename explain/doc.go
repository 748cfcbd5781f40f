// Package explain says what a line of SMTP or POP3 means, for the person who
// has just read or typed it, in English and Simplified Chinese at once.
//
// An explanation is a pure function of the context and the line: no network,
// no clock, no memory. The same call explains a live session, a saved
// transcript or one reply pasted on a command line.
//
//	Reply       what the server said: digits, spans, fields, class, summary, next steps
//	Client      what a client line has wrong or risky about it, with the place
//	Said        what a client line of a login holds, decoded, its secrets masked
//	Lookup      the reference behind both: codes, keywords, commands, terms
//
// How a reply is explained:
//
//	view.go      the reply and its context, taken apart once
//	classify.go  what really happened: knowledge/rules.toml by words (rules.go), then
//	             the enhanced code, then the code in its command (class_by_code.go)
//	smtp_*.go, pop3_*.go, message*.go, sasl*.go
//	             what the parts of particular replies hold: spans, fields, and
//	             tables of what is taken apart (section.go)
//	words.go     the sentences: knowledge/*.toml, both languages side by side
//
// How a client line is looked at: client.go asks slips_typing.go (what keyboard and
// input method did), slips_verb.go (what was meant), the fault that the table
// predicts, slips_auth.go or slips_content.go; slips_repair.go writes the line that
// was meant; risks.go names the dangers.
//
// What is protocol comes from package protocol's tables; what is said about it
// stands in knowledge/. No sentence for users stands in a .go file.
package explain
