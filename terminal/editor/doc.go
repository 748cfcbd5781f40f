// Package editor reads lines from a terminal. It is the only user of
// github.com/chzyer/readline, and the only file of it that imports that
// module is adapter.go.
//
//	terminal ─▶ source ─▶ decoder ─▶ queue ─▶ readline ─▶ onKey ─▶ screen ─▶ terminal
//	           (bytes)   (events)   (type-    (key loop,  (our     (rows,
//	                                 ahead)    line)       edits)   cursor)
//
// readline runs the key loop and owns the line. What it does wrongly or not at
// all in version 1.5.1 happens on either side of it: key codes and pastes are
// recognised before it (decode.go, paste.go), grapheme-wise editing, history
// and search after it (edit.go, history.go, search.go), and it never draws:
// screen.go does, in display columns instead of runes.
//
// The terminal stays in raw mode from New to Close, so that what is typed
// between two reads is kept rather than echoed, and Ctrl-C is a key rather than
// a signal. The package prints no sentence of its own.
package editor
