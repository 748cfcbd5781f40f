// Package transcript reads a conversation that took place somewhere else, and
// tells it as the project's events: what was typed into telnet or swaks, what
// curl -v printed, a log line with a remote server's answer in it, a bounce.
//
//	text ──▶ Detect ──▶ a source, one a format ──▶ Replay ──▶ protocol.Machine ──▶ events
//
// A source only says who spoke: Replay follows the conversation by the table, as
// a live session does, so that each reply stands beside the line it answers and
// an AUTH response or a line of content is known for what it is.
//
// What no source can place is kept as a note (protocol.KindNote), marked as
// unknown, and never dropped. Texts are read line by line, in bounded memory, and
// are hostile until shown otherwise: events carry raw octets, whoever draws them
// cleans them.
package transcript
