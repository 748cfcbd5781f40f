// Package maildir keeps mail in folders by Maildir's own rules
// (https://cr.yp.to/proto/maildir.html), so that mutt and other programs can open them.
//
// What a folder holds:
//
//	tmp/  mails that are being written; nobody reads them
//	new/  mails that no mail program has looked at
//	cur/  mails that one has, with its flags behind ":2,"
//
// A mail is written in tmp, fsynced, renamed into new, and the folder fsynced: whatever happens to
// the process or the machine, a mail whose delivery was reported is there, once and whole.
// Deliveries that end at the same time share the folder's fsync.
//
// Our names are SECONDS.ID.maillab,S=OCTETS,W=OCTETS: S is the size of the file, W the size with
// CRLF line ends, as Dovecot writes them, so that a folder's sizes are known from its names. Lines
// end in LF in the file, which is what Maildir's readers expect.
package maildir
