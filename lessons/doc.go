// Package lessons holds the lessons and the player that judges them.
//
// A lesson is data: a folder with lesson.toml (structure), en.md and zh.md
// (words); README.md in this folder is the author's guide. The player reads
// events (protocol.Event) and nothing else, so one lesson grades the terminal, a
// saved transcript and a real mail client's conversation alike.
//
//	lesson.toml ─ decode.go, check.go ─┐
//	en.md zh.md ─ outline.go, words.go ┴▶ Lesson ─▶ Player ◀─ events
//	                                                  └────▶ verdicts, hints, recipe, progress
package lessons
