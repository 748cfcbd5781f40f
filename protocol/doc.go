// Package protocol is what SMTP and POP3 are, written down once.
//
// One table per protocol lists every command: its syntax, the states it may be
// said in, the replies it can get and the state that each reply leads to. The
// lab's servers enforce the tables, the client follows them, and completion,
// warnings, explanations, diagrams and the reference in docs/ are read from
// them. Nothing else in the project names a command, a state or a rule of order.
//
// How a conversation is followed:
//
//	line typed ──▶ Machine.Said  ──▶ Utterance: which row, and the refusal the table predicts
//	line read  ──▶ Framer.Next   ──▶ Reply: raw octets, code, lines
//	reply      ──▶ Machine.Heard ──▶ the next state, and whether the table lists this code here
//
// The client calls Said for what it sends and Heard for what it reads; the lab's
// servers call Said for what they read and Heard for what they answer. Both ends
// so hold the same Machine, and meet on a socket only.
//
// The package uses the standard library alone: no network, no files, no clock.
package protocol
