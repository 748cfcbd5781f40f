//go:build !windows

package main

// endOfInput is what a terminal's keyboard ends standard input with.
const endOfInput = "Ctrl-D"

// systemLocale: everywhere but on Windows the environment has said it all.
func systemLocale() string { return "" }
