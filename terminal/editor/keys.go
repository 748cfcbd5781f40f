package editor

// key is what a key press (or a piece of a paste) asks for.
type key rune

const (
	keyNone key = iota
	keyText
	keyEnter
	keyInterrupt
	keyEscape
	keyDeleteOrEOF
	keyHangup  // the input has ended
	keyRestore // what was typed before ErrEscape
	keyPaste   // a paste begins; it is never queued

	keyLeft
	keyRight
	keyHome
	keyEnd
	keyWordLeft
	keyWordRight
	keyUp
	keyDown

	keyBackspace
	keyDelete
	keyKillEnd
	keyKillStart
	keyKillBlank // back to white space
	keyKillWordLeft
	keyKillWordRight
	keyYank
	keyTranspose

	keyTab
	keyClear
	keySearchBack
	keySearchForward
	keyCancel // leaves a search
	keyLone   // ESC alone
)

// event is one key with the text it brings, if any.
type event struct {
	key    key
	text   []rune
	pasted bool // not typed: text is never a command, not even in a search
	stamp  int  // Options.Stamp when the key was pressed, or when its paste began
}

// controlKeys are the keys which arrive as one byte. The others (Ctrl-Z,
// Ctrl-\, Ctrl-Q, ...) do nothing here, and in raw mode nothing in the kernel.
var controlKeys = map[byte]key{
	0x01: keyHome,
	0x02: keyLeft,
	0x03: keyInterrupt,
	0x04: keyDeleteOrEOF,
	0x05: keyEnd,
	0x06: keyRight,
	0x07: keyCancel,
	0x08: keyBackspace,
	0x09: keyTab,
	0x0B: keyKillEnd,
	0x0C: keyClear,
	0x0E: keyDown,
	0x10: keyUp,
	0x12: keySearchBack,
	0x13: keySearchForward,
	0x14: keyTranspose,
	0x15: keyKillStart,
	0x17: keyKillBlank,
	0x19: keyYank,
	0x1D: keyEscape,
	0x7F: keyBackspace,
}

// metaKeys follow an ESC (Alt and a key).
var metaKeys = map[byte]key{
	'b':  keyWordLeft,
	'f':  keyWordRight,
	'd':  keyKillWordRight,
	0x08: keyKillWordLeft,
	0x7F: keyKillWordLeft,
}

// sequences are what follows ESC for keys that send several bytes, with the
// terminals that send them where they differ.
var sequences = map[string]key{
	"[A": keyUp, "[B": keyDown, "[C": keyRight, "[D": keyLeft,
	"OA": keyUp, "OB": keyDown, "OC": keyRight, "OD": keyLeft,

	"[H": keyHome, "[F": keyEnd, // xterm
	"OH": keyHome, "OF": keyEnd, // xterm, application mode
	"[1~": keyHome, "[4~": keyEnd, // tmux, PuTTY, Linux console
	"[7~": keyHome, "[8~": keyEnd, // rxvt
	"[3~": keyDelete,

	"[1;5D": keyWordLeft, "[1;5C": keyWordRight, // xterm, Ctrl
	"[1;3D": keyWordLeft, "[1;3C": keyWordRight, // xterm, Alt
	"[5D": keyWordLeft, "[5C": keyWordRight, // older xterm
	"Od": keyWordLeft, "Oc": keyWordRight, // rxvt
	"[3;5~": keyKillWordRight, "[3^": keyKillWordRight, "[3;3~": keyKillWordRight,
}
