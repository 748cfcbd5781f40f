// Package real_test is an outside judge: it lets maillab, as a person starts it, talk to a real
// Postfix and a real Dovecot. Server and client of the lab read one table, so a wrong row would be
// wrong on both ends and go unseen; these servers do not read our table.
//
// The tests need two addresses, and the lab's two accounts on both servers:
//
//	test/realservers/realservers start DIR     prints them
//	MAILLAB_REAL_SMTP=HOST:PORT                Postfix that takes mail for lab.test and offers AUTH
//	MAILLAB_REAL_SUBMISSION=HOST:PORT          the same, with a login demanded
//	MAILLAB_REAL_POP3=HOST:PORT                Dovecot that reads the same mailboxes
package real_test
