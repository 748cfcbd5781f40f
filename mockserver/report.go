package mockserver

import (
	"bytes"
	_ "embed"
	"fmt"
	"strings"
	"sync"
	"time"

	"maillab/phrases"
	"maillab/protocol"
)

// reportFile is what delivery status notifications say to people.
//
//go:embed reports.toml
var reportFile []byte

type reportText struct {
	Subject string `toml:"subject"`
	EN      string `toml:"en"`
	ZH      string `toml:"zh"`
}

var reports struct {
	From   string                `toml:"from"`
	Report map[string]reportText `toml:"report"`
}

var loadReports = sync.OnceValue(func() error {
	return phrases.DecodeStrict("reports.toml", reportFile, &reports)
})

// wholeUpTo is how much of a mail that failed comes back with the report if nothing was asked for, and fullUpTo how much
// where RET=FULL asks for all: of a bigger one comes the header, which is looked for in the first headUpTo octets.
const (
	wholeUpTo = 64 << 10
	fullUpTo  = 4 << 20
	headUpTo  = 256 << 10
)

// report sends the sender a delivery status notification (RFC 3464). A mail from the null sender
// is one itself, and nothing is ever told of those (RFC 5321 §4.5.5). An error says that the report could not
// be kept.
func (l *Lab) report(p *parcel, outcomes []outcomeOf) error {
	if p.from.Null || len(outcomes) == 0 {
		return nil
	}
	id, now := l.ids.next(), l.cfg.Now()
	boxes, where := l.mailboxesFor(p.from)
	switch where {
	case ours:
		content := l.notification(p, outcomes, id, now)
		head := fmt.Sprintf("Return-Path: <>\r\nReceived: by %s (maillab) id %s;\r\n\t%s\r\n", l.hostOf(services[0]), id, dateOf(now))
		return l.keep(&Message{ID: id, Received: now, Content: append([]byte(head), content...)}, boxes)
	case elsewhere:
		exchangers, known := l.MX(p.from.Domain)
		if !known || exchangers[0].Implicit || exchangers[0].Host == nullMX {
			return nil
		}
		content := l.notification(p, outcomes, id, now)
		c, err := l.hold(&parcel{
			id: id, from: protocol.Path{Null: true}, arrived: now, wishes: wishes{utf8: p.wishes.utf8},
			rcpts: []addressee{{path: p.from, away: true, notify: protocol.NotifyNever}},
		}, &Message{ID: id, Received: now, Content: content})
		if err != nil {
			return err
		}
		l.sendOff(c)
	}
	return nil
}

// keep puts a mail that the lab itself has written into mailboxes.
func (l *Lab) keep(m *Message, boxes []*mailbox) error {
	if err := l.store.deliver(m, boxes); err != nil {
		return err
	}
	for _, b := range boxes {
		l.emit(protocol.Event{Kind: protocol.KindDelivered, Mailbox: b.name, Message: m.ID, Octets: m.Octets()})
	}
	return nil
}

func dateOf(t time.Time) string { return t.Format("Mon, 2 Jan 2006 15:04:05 -0700") }

// notification writes the multipart/report: for people, for programs, and the mail itself.
func (l *Lab) notification(p *parcel, outcomes []outcomeOf, id string, now time.Time) []byte {
	text, host, boundary := reports.Report[outcomes[0].action], l.hostOf(services[0]), "=_"+id
	var b bytes.Buffer
	fmt.Fprintf(&b, "From: %s <postmaster@%s>\r\nTo: <%s>\r\nSubject: %s\r\nDate: %s\r\nMessage-ID: <%s@%s>\r\n",
		reports.From, l.cfg.Domain, p.from, text.Subject, dateOf(now), id, host)
	fmt.Fprintf(&b, "Auto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\nContent-Transfer-Encoding: 8bit\r\n"+
		"Content-Type: multipart/report; report-type=delivery-status;\r\n\tboundary=%q\r\n\r\n", boundary)
	fmt.Fprintf(&b, "--%s\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n", boundary)
	b.Write(toCRLF([]byte(l.forPeople(text, p, outcomes))))
	kind, status := "message/delivery-status", l.forPrograms(p, outcomes, host, now)
	if p.wishes.utf8 {
		kind = "message/global-delivery-status" // RFC 6533 §4
	} else {
		status = inASCII(status) // and its encoding is 7bit (RFC 3464 §2.1)
	}
	part(&b, boundary, kind, status)
	kind, back := returned(p, outcomes)
	part(&b, boundary, kind, back)
	fmt.Fprintf(&b, "\r\n--%s--\r\n", boundary)
	return b.Bytes()
}

// part writes a part of the report behind the one before.
func part(b *bytes.Buffer, boundary, kind string, content []byte) {
	encoding := "8bit"
	if protocol.ASCII(string(content)) {
		encoding = "7bit"
	}
	fmt.Fprintf(b, "\r\n--%s\r\nContent-Type: %s\r\nContent-Transfer-Encoding: %s\r\n\r\n%s", boundary, kind, encoding, content)
}

// inASCII puts a question mark for what is not.
func inASCII(text []byte) []byte {
	return bytes.Map(func(r rune) rune {
		if r >= 0x80 {
			return '?'
		}
		return r
	}, text)
}

func (l *Lab) forPeople(text reportText, p *parcel, outcomes []outcomeOf) string {
	var lines []string
	for _, o := range outcomes {
		lines = append(lines, strings.TrimSpace("<"+o.path.String()+"> "+oneLine(o.diagnostic)))
	}
	args := phrases.Args{"host": l.hostOf(services[0]), "id": p.id, "recipients": strings.Join(lines, "\n")}
	return fill(strings.Trim(text.EN, "\n")+"\n\n"+strings.Trim(text.ZH, "\n")+"\n", args)
}

// forPrograms writes the fields of RFC 3464 §2.2 and §2.3.
func (l *Lab) forPrograms(p *parcel, outcomes []outcomeOf, host string, now time.Time) []byte {
	b := &bytes.Buffer{}
	fmt.Fprintf(b, "Reporting-MTA: dns; %s\r\n", host)
	if p.wishes.envid != "" {
		fmt.Fprintf(b, "Original-Envelope-Id: %s\r\n", oneLine(protocol.DecodeXtext(p.wishes.envid)))
	}
	fmt.Fprintf(b, "Arrival-Date: %s\r\n", dateOf(p.arrived))
	for _, o := range outcomes {
		b.WriteString("\r\n")
		if kind, address, ok := strings.Cut(o.orcpt, ";"); ok {
			fmt.Fprintf(b, "Original-Recipient: %s;%s\r\n", kind, oneLine(protocol.DecodeXtext(address)))
		}
		kind := "rfc822"
		if !protocol.ASCII(o.path.String()) {
			kind = "utf-8"
		}
		fmt.Fprintf(b, "Final-Recipient: %s;%s\r\nAction: %s\r\nStatus: %s\r\n", kind, o.path, o.action, o.status)
		if o.remote != "" {
			fmt.Fprintf(b, "Remote-MTA: dns; %s\r\n", o.remote)
		}
		if d := oneLine(o.diagnostic); d != "" && d[0] >= '2' && d[0] <= '5' {
			fmt.Fprintf(b, "Diagnostic-Code: smtp; %s\r\n", d)
		}
		fmt.Fprintf(b, "Last-Attempt-Date: %s\r\n", dateOf(now))
	}
	return b.Bytes()
}

// oneLine keeps what another server or a client wrote from beginning a line of its own.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, s)
}

// returned is the mail, or its header: RET is obeyed for failures, and success gets the header only
// (RFC 3461 §4.3).
func returned(p *parcel, outcomes []outcomeOf) (kind string, content []byte) {
	most := map[string]int{protocol.RetFull: fullUpTo, "": wholeUpTo}[p.wishes.ret]
	whole := outcomes[0].action == actionFailed && p.content.octets() <= most
	if !whole {
		most = headUpTo
	}
	all := p.first(most)
	header, _, _ := bytes.Cut(all, []byte("\r\n\r\n"))
	switch {
	case whole && p.wishes.utf8:
		return "message/global", all
	case whole:
		return "message/rfc822", all
	case p.wishes.utf8:
		return "message/global-headers", append(header[:len(header):len(header)], "\r\n"...)
	}
	return "text/rfc822-headers", append(header[:len(header):len(header)], "\r\n"...)
}
