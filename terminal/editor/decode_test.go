package editor

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// decoded runs chunks through a decoder and writes the events down: text in
// quotes, pasted text with a P, Enter as ¶, other keys by number.
func decoded(chunks ...string) string {
	var out []string
	d := decoder{emit: func(ev event) {
		switch {
		case ev.key == keyText && ev.pasted:
			out = append(out, "P'"+fromRunes(ev.text)+"'")
		case ev.key == keyText:
			out = append(out, "'"+fromRunes(ev.text)+"'")
		case ev.key == keyEnter:
			out = append(out, "¶")
		default:
			out = append(out, names[ev.key])
		}
	}}
	for _, c := range chunks {
		if c == "" {
			d.settle()
		} else {
			d.chunk([]byte(c))
		}
	}
	return strings.Join(out, " ")
}

var names = map[key]string{
	keyUp: "up", keyHome: "home", keyEnd: "end", keyDelete: "delete", keyTab: "tab", keyLone: "esc",
	keyWordLeft: "word-left", keyInterrupt: "^C", keyBackspace: "bs", keyDeleteOrEOF: "^D", keyPaste: "paste",
}

func TestDecode(t *testing.T) {
	tests := []struct {
		name   string
		chunks []string
		want   string
	}{
		{"text and keys", []string{"a你\x7f\x08\r"}, "'a你' bs bs ¶"},
		{"character across reads", []string{"a\xe4", "\xbd", "\xa0b"}, "'a' '你b'"},
		{"character cut off", []string{"a\xe4\xbd", ""}, "'a' '\xe4\xbd'"},
		{"invalid", []string{"\xff\xc0a"}, "'\xff\xc0a'"},
		{"code across reads", []string{"\x1b", "[", "A"}, "up"},
		{"lone esc", []string{"\x1b", "", "[A"}, "esc '[A'"},
		{"two esc", []string{"\x1b\x1b[A"}, "esc up"},
		{"esc and text", []string{"\x1b你"}, "esc '你'"},
		{"meta", []string{"\x1bb"}, "word-left"},
		{"console", []string{"\x1b[1~\x1b[4~\x1b[3~"}, "home end delete"},
		{"broken code", []string{"\x1b[1\x03"}, "^C"},
		{"function keys", []string{"\x1b[[Ax\x1b[24~y\x1b[7$z"}, "'x' 'y' 'z'"},
		{"breaks", []string{"\r\n\n\r\r\n"}, "¶ ¶ ¶ ¶"},
		{"cr lf across reads", []string{"ab\r", "\ncd"}, "'ab' ¶ 'cd'"},
		{"enter then ctrl j", []string{"\r", "\n"}, "¶ ¶"},
		{"tab alone", []string{"ab\t\r"}, "'ab' tab ¶"},
		{"tab in lines", []string{"a\tb\rc"}, "'a' '\t' 'b' ¶ 'c'"},
		{"paste", []string{"\x1b[200~a\tb\x1b[A\r\n\x03\x1b[201~c"}, "paste P'a\tb' P'\x1b[A' ¶ P'\x03' 'c'"},
		{"paste across reads", []string{"\x1b[2", "00~a\r", "\nb\x1b[2", "01", "~c"}, "paste P'a' ¶ P'b' 'c'"},
		{"paste of esc", []string{"\x1b[200~a\x1b[20", "x\x1b[201~"}, "paste P'a' P'\x1b[20x'"},
		{"paste never ended", []string{"\x1b[200~ab", "\x03", "\x1b[A"}, "paste P'ab' ^C up"},
		{"answers", []string{"\x1b]11;rgb:0/0/0\x07a\x1bP1$r\x1b\\b\x1b[5;7R\x1b[Ic"}, "'a' 'b' 'c'"},
		{"nothing", []string{"\x00\x1a\x1c\x11"}, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			require.Equal(t, test.want, decoded(test.chunks...))
		})
	}
}

// FuzzDecode: no input panics, and what is between paste marks comes out as it
// went in, wherever reads cut it.
func FuzzDecode(f *testing.F) {
	f.Add("a你\xff\x1b[A\t\x03", 3)
	f.Fuzz(func(t *testing.T, s string, cut int) {
		decoded(s, "", "\x1b[A")
		if strings.ContainsAny(s, "\r\n'¶ P") || strings.Contains(s, "\x1b[201~") {
			return
		}
		p := "\x1b[200~" + s + "\x1b[201~"
		cut = 6 + max(0, min(cut, len(s)))
		if cut+1 == len(p) || p[:cut] == "" || (cut < len(p) && p[cut:] == "\x03") {
			return
		}
		got := decoded(p[:cut], p[cut:])
		got = strings.ReplaceAll(strings.ReplaceAll(got, " P", ""), "'", "")
		require.Equal(t, s, strings.TrimPrefix(got, "paste"))
	})
}

func FuzzText(f *testing.F) {
	f.Add("a你\xff\U0010FF41\t")
	f.Fuzz(func(t *testing.T, s string) {
		rs := toRunes(s)
		require.Equal(t, s, fromRunes(rs))
		require.Equal(t, s, fromRunes([]rune(string(rs))))
		for pos := range len(rs) + 1 {
			for _, width := range []int{1, 2, 7} {
				l := arrange("你> ", rs, pos, width)
				require.Less(t, l.cur.row, len(l.rows))
				for _, r := range l.rows {
					require.LessOrEqual(t, r.width, width)
					require.NotContains(t, r.text, "\n")
				}
			}
			for k := range kills {
				at := kills[k](line{rs, pos})
				require.GreaterOrEqual(t, at, 0)
				line{rs, pos}.remove(at)
			}
			line{rs, pos}.transpose()
		}
	})
}
