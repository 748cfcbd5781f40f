package lab

import (
	"bytes"
	"errors"
	"io"
	netmail "net/mail"
	"strings"

	"github.com/emersion/go-message"
	_ "github.com/emersion/go-message/charset" // GBK and the other charsets of real mail
	"github.com/emersion/go-message/mail"
	"golang.org/x/net/html"

	"maillab/phrases"
)

// mailView is a mail as a mail program shows it.
type mailView struct {
	From, To, Date, Subject string
	Body                    []string
	Attachments             []attachment
}

// attachment is a part that a mail program offers to save.
type attachment struct {
	name   string // its media type where it has no name, as in a bounce
	octets int64
}

// viewMail reads a mail the way a mail program does. What cannot be decoded is
// shown as it is: a broken mail is worth looking at too.
func viewMail(raw []byte) mailView {
	r, err := mail.CreateReader(bytes.NewReader(raw))
	if r == nil || err != nil && !message.IsUnknownCharset(err) {
		return mailView{Body: strings.Split(string(raw), "\r\n")}
	}
	v := headerView(r.Header)
	var plain, rich []string
	for {
		p, err := r.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if p == nil || err != nil && !message.IsUnknownCharset(err) {
			break
		}
		switch h := p.Header.(type) {
		case *mail.AttachmentHeader:
			v.Attachments = append(v.Attachments, newAttachment(h, p.Body))
		case *mail.InlineHeader:
			kind, _, _ := h.ContentType()
			body, _ := io.ReadAll(p.Body)
			text := strings.Split(strings.ReplaceAll(strings.TrimRight(string(body), "\r\n"), "\r\n", "\n"), "\n")
			if kind == "text/html" {
				rich = append(rich, htmlText(body)...)
			} else {
				plain = append(plain, text...)
			}
		}
	}
	if plain == nil {
		plain = rich
	}
	v.Body = plain
	return v
}

func headerView(h mail.Header) mailView {
	field := func(name string) string {
		text, err := h.Text(name)
		if err != nil {
			text = h.Get(name)
		}
		return text
	}
	return mailView{From: field("From"), To: field("To"), Date: h.Get("Date"), Subject: field("Subject")}
}

func newAttachment(h *mail.AttachmentHeader, body io.Reader) attachment {
	name, _ := h.Filename()
	if name == "" {
		name, _, _ = h.ContentType()
	}
	size, _ := io.Copy(io.Discard, body)
	return attachment{name, size}
}

// htmlText takes the words out of an HTML body.
func htmlText(body []byte) []string {
	var lines []string
	z := html.NewTokenizer(bytes.NewReader(body))
	skip := false
	for {
		switch z.Next() {
		case html.ErrorToken:
			return lines
		case html.StartTagToken, html.EndTagToken:
			name, _ := z.TagName()
			skip = (string(name) == "style" || string(name) == "script") && !skip
		case html.TextToken:
			if text := strings.TrimSpace(string(z.Text())); text != "" && !skip {
				lines = append(lines, html.UnescapeString(text))
			}
		}
	}
}

// cells returns date, sender and subject, short and cleaned, for a list of mails.
func (v mailView) cells() []phrases.Text {
	date, from := v.Date, v.From
	if t, err := netmail.ParseDate(v.Date); err == nil {
		date = t.Format("2006-01-02 15:04")
	}
	if a, err := netmail.ParseAddress(v.From); err == nil && a.Name != "" {
		from = a.Name
	}
	return []phrases.Text{plain(phrases.Clean(date)), plain(phrases.Clean(from)), plain(phrases.Clean(v.Subject))}
}
