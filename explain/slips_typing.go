package explain

import (
	"strings"
	"unicode/utf8"

	"maillab/phrases"
	"maillab/protocol"
)

// lookalikes are characters that input methods and word processors put where
// ASCII is due. Full-width forms (U+FF01..U+FF5E) are computed.
var lookalikes = map[rune]string{
	'\u3000': " ", '\u00a0': " ", '\u2002': " ", '\u2003': " ", '\u2009': " ", '\u200b': "", '\ufeff': "",
	'。': ".", '｡': ".", '、': ",", '《': "<", '》': ">", '〈': "<", '〉': ">", '«': "<", '»': ">", '‹': "<", '›': ">",
	'“': `"`, '”': `"`, '‘': "'", '’': "'", '「': "<", '」': ">", '【': "[", '】': "]", '—': "-", '–': "-", '−': "-", '…': "...",
}

// fold returns what ASCII a character stands for, and whether it stands for any.
func fold(r rune) (string, bool) {
	if r >= 0xff01 && r <= 0xff5e {
		return string(r - 0xff01 + '!'), true
	}
	s, ok := lookalikes[r]
	return s, ok
}

// foldLine writes a line in the ASCII that was meant, backspaces carried out.
func foldLine(line string) string {
	var out []rune
	for _, r := range line {
		switch s, ok := fold(r); {
		case r == '\b' || r == 0x7f:
			if len(out) > 0 {
				out = out[:len(out)-1]
			}
		case r < ' ' && r != '\t':
		case ok:
			out = append(out, []rune(s)...)
		default:
			out = append(out, r)
		}
	}
	return string(out)
}

// Halfwidth writes what an input method put into a line in the ASCII that was meant, and takes its mark away
// that ends the sentence. char is the first such character, "" where there is none.
func Halfwidth(line string) (ascii, char string) {
	for _, r := range line {
		if _, ok := fold(r); ok {
			return unquoted(foldLine(sentence(line))), string(r)
		}
	}
	return line, ""
}

// sentence takes the mark off with which an input method ended a line.
func sentence(line string) string {
	line = strings.TrimSpace(line)
	if bare := strings.TrimRight(line, stops+" "); bare != "" && !isASCII(line[len(bare):]) {
		return bare
	}
	return line
}

// typingSlips: control octets, full-width characters, a blank in front.
func typingSlips(p protocol.Protocol, line string) []Notice {
	var list []Notice
	for i := 0; i < len(line); i++ {
		if c := line[i]; c < ' ' && c != '\t' || c == 0x7f {
			kind := "control-character"
			if c == '\b' || c == 0x7f {
				kind = "backspace"
			}
			list = append(list, notice(kind, i, 1, repair(p, line), phrases.Args{"byte": Clean(line[i : i+1])}))
			break
		}
	}
	if at, r := firstLookalike(p, line); at >= 0 {
		list = append(list, lookalike(p, line, at, r))
	}
	if len(list) == 0 && line != "" && (line[0] == ' ' || line[0] == '\t') && strings.TrimSpace(line) != "" {
		blanks := len(line) - len(strings.TrimLeft(line, " \t"))
		list = append(list, notice("leading-blank", 0, blanks, repair(p, line), nil))
	}
	return list
}

// stops are marks that end a sentence, and no line of a protocol.
const stops = ".,;!?。．｡，、；！？"

// onlyMarks reports whether nothing but marks and blanks is there.
func onlyMarks(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return !strings.ContainsRune(separators, r) && !strings.ContainsRune(stops+" ", r) }) < 0
}

// lookalike says what is wrong with the first character of a line that is not ASCII but looks like it.
func lookalike(p protocol.Protocol, line string, at int, r rune) Notice {
	s, _ := fold(r)
	kind, length, meant := "full-width", utf8.RuneLen(r), repair(p, line)
	args := phrases.Args{"char": Clean(string(r)), "ascii": s}
	switch {
	case at == 0 && s == ":" && len(line) > length:
		kind, meant = "full-width-colon", foldLine(sentence(line))
	case s == " " || s == "":
		kind = "full-width-space"
	case quoted(p, line):
		kind, length = "quoted-line", len(line)
	case at > 0 && strings.Trim(line[at:], stops+" ") == "":
		kind, length = "trailing-stop", len(line)-at
		args["char"] = shown(line[at:])
	case s == "," && strings.Contains(line[:at], "@") && strings.Contains(line[at:], "@"):
		kind, meant = "several-addresses", ""
		args["verb"] = shown(strings.ToUpper(firstWord(line)))
	default:
		ascii := foldLine(line)
		g, ok := guessVerb(p, firstWord(ascii), ascii)
		switch {
		case !ok || at != len(g.form.verb):
		case g.kind == "separator":
			kind, args["form"] = g.kind, g.form.text
		case g.kind == "stray" && onlyMarks(ascii[at:]):
			kind, length, args["char"] = "trailing-stop", len(line)-at, shown(line[at:])
		}
	}
	return notice(kind, at, length, meant, args)
}

// quoted: a whole command in quotation marks, as it stands in a text.
func quoted(p protocol.Protocol, line string) bool {
	s := foldLine(line)
	bare := unquoted(s)
	return bare != s && protocol.TableOf(p).Row(firstWord(bare)) != nil && firstWord(bare) != ""
}

// unquoted takes quotation marks off both ends, where the line begins with one: no command does.
func unquoted(s string) string {
	const marks = "\"'`<>[]"
	if s == "" || !strings.ContainsRune(marks, rune(s[0])) {
		return s
	}
	return strings.TrimSpace(strings.Trim(s, marks))
}

// firstLookalike leaves free text alone: a password or a NOOP may hold anything.
func firstLookalike(p protocol.Protocol, line string) (int, rune) {
	if isASCII(line) {
		return -1, 0
	}
	verb, _, _ := strings.Cut(line, " ")
	if row := protocol.TableOf(p).Row(verb); row != nil && (row.Args == protocol.ArgsText || row.Args == protocol.ArgsAny) {
		return -1, 0
	}
	for i, r := range line {
		if _, ok := fold(r); ok {
			return i, r
		}
	}
	return -1, 0
}

// doubleBlank: two blanks between the verb and the rest, which strict servers refuse.
func doubleBlank(p protocol.Protocol, line string, u protocol.Utterance) []Notice {
	if u.Row == nil {
		return nil
	}
	at := len(u.Verb)
	if u.Args == "" || !strings.HasPrefix(line[at:], "  ") || u.Verb == "PASS" {
		return nil
	}
	blanks := len(line[at:]) - len(strings.TrimLeft(line[at:], " "))
	return []Notice{notice("double-blank", at, blanks, repair(p, line), nil)}
}

// blankAfterColon: MAIL FROM: <a@b.c>, which the standard forbids and most servers take.
func blankAfterColon(p protocol.Protocol, line string, u protocol.Utterance) []Notice {
	if u.Row == nil || u.Row.Args != protocol.ArgsFrom && u.Row.Args != protocol.ArgsTo {
		return nil
	}
	colon := u.ArgsAt + strings.IndexByte(u.Args, ':')
	blanks := len(line[colon+1:]) - len(strings.TrimLeft(line[colon+1:], " "))
	if blanks == 0 {
		return nil
	}
	return []Notice{notice("blank-after-colon", colon+1, blanks, repair(p, line), nil)}
}
