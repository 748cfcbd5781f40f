package main

import (
	"fmt"
	"net/mail"
	"slices"
	"strings"

	"maillab/explain"
	"maillab/phrases"
	"maillab/protocol"
)

// isMail reports whether a text is a mail as it lies in a file: it begins with header fields that
// mails have, and not with a reply.
func isMail(text string) bool {
	if replyLike(text) {
		return false
	}
	m, err := mail.ReadMessage(strings.NewReader(text))
	if err != nil || len(m.Header) < 2 {
		return false
	}
	for _, field := range []string{"From", "Received", "Return-Path", "Date", "Message-Id"} {
		if m.Header.Get(field) != "" {
			return true
		}
	}
	return false
}

// explainMail is what there is to say of a mail in a file: what a POP3 client is told of one that it
// has fetched, without what belongs to the conversation.
// The raw reply that it was made of comes with it.
func explainMail(text string) (a explain.Annotation, raw string) {
	content := strings.TrimSuffix(string(protocol.Stuff([]byte(text))), string(protocol.CRLF))
	ctx, reply := explain.ContextAfter(protocol.POP3, "RETR 1", protocol.CodeOK+string(protocol.CRLF)+content)
	a = explain.Reply(ctx, reply)
	a.Protocol, a.Command, a.Code, a.Ref = "", "", "", "RFC 5322 §2.1"
	a.Digits, a.Next, a.Details = nil, []explain.Next{}, nil // they are about the conversation
	a.Spans = slices.DeleteFunc(a.Spans, func(s explain.Span) bool { return ofConversation[s.Kind] })
	a.Summary = say("explain.mail", phrases.Args{
		"header": fmt.Sprint(a.Fields["header_lines"]), "body": fmt.Sprint(a.Fields["body_lines"]),
	})
	return a, explain.Raw(reply)
}

// ofConversation are the kinds of part that a mail has on the wire only.
var ofConversation = map[string]bool{"code": true, "text": true, "dot-stuffing": true, "trailer": true}
