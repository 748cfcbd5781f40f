package capture

import (
	"maillab/protocol"
	"maillab/transcript"
)

// player tells one conversation.
type player struct {
	replay *transcript.Replay
	lines  [2]lines
	broken [2]bool // the line that comes next of that side may lack its beginning
	sealed int     // octets of TLS
	tls    bool
	midway bool // it was told that the beginning is missing
}

func newPlayer(c *conversation) *player {
	p := &player{replay: transcript.NewReplay(ports[c.port], c.table.emit)}
	p.replay.Conn = c.table.name()
	for side := range c.said {
		if len(c.said[side]) > 0 && p.replay.At.IsZero() {
			p.replay.At = c.said[side][0].time
		}
	}
	p.replay.BeginFrom(c.host, c.port, c.from)
	return p
}

// hear takes what one side said next.
func (p *player) hear(side int, k chunk) {
	p.replay.At = k.time
	if k.gap != 0 && !p.tls {
		p.gap(side, k.gap)
	}
	if !p.tls && p.beginsTLS(side, k.data) {
		p.tls = true
	}
	if p.tls {
		p.sealed += len(k.data)
		return
	}
	p.lines[side].add(k.data, func(line string, crlf bool, cut int) { p.say(side, line, crlf, cut) })
}

// beginsTLS: a handshake record (RFC 8446 §5.1) where a line would begin.
func (p *player) beginsTLS(side int, data []byte) bool {
	return len(data) > 2 && data[0] == 0x16 && data[1] == 3 && len(p.lines[side].part) == 0
}

func (p *player) gap(side, octets int) {
	if rest := p.lines[side].rest(); rest != "" {
		p.replay.Unknown(rest)
	}
	p.broken[side] = true
	if octets > 0 {
		p.replay.Gap(sides[side], octets)
		return
	}
	if !p.midway {
		p.midway = true
		p.replay.Midway()
	}
}

func (p *player) say(side int, line string, crlf bool, cut int) {
	ending := protocol.CRLF
	if !crlf {
		ending = protocol.LF
	}
	switch {
	case p.broken[side]:
		p.broken[side] = false
		p.replay.After(sides[side], line)
	case side == server:
		p.replay.ServerLine(line, ending, cut)
	default:
		p.replay.Client(line)
	}
}

// end tells how the connection ended; why is "" where the capture ended first.
func (p *player) end(why protocol.Close) {
	for side := range p.lines {
		if rest := p.lines[side].rest(); rest != "" {
			p.replay.Unknown(rest)
		}
	}
	if p.sealed > 0 {
		p.replay.Sealed(p.sealed)
	}
	if why == "" {
		p.replay.BreakOff()
		return
	}
	p.replay.End(why)
}
