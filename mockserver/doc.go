// Package mockserver is the lab's own mail system: an SMTP server, a submission
// server and a POP3 server on loopback sockets, the mailboxes behind them, and the
// lab network, the names and ports that exist only inside maillab.
//
// How a line is answered:
//
//	socket ─▶ wire (time-outs, telnet octets taken out, replies flushed) ─▶ protocol.LineReader
//	       ─▶ protocol.Machine.Said: which row of the table, and what the table has against it
//	       ─▶ intervene: limits, faults that are on (fault/*.toml), the persona's rules (persona/*.toml)
//	       ─▶ a Fault: its code from the table, its words from replies/*.toml
//	          no Fault: the handler of the verb (smtp_commands.go, pop3_commands.go)
//	       ─▶ say: the reply goes out and Machine.Heard moves to the next state
//
// Order, syntax and needs are judged by the table alone; the handlers know only
// what a table cannot: users, mailboxes, sizes. What the servers say is data, in
// replies/; the letters that a maildrop holds from the start are data too, in
// letters/.
package mockserver
