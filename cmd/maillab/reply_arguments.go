package main

import (
	"slices"
	"strings"
)

// repliesLast moves arguments that are POP3 replies behind a "--": to a flag parser -ERR looks like a
// row of flags. What the command line itself puts behind a "--" stays there.
func repliesLast(args []string) []string {
	end := slices.Index(args, "--")
	if end < 0 {
		end = len(args)
	}
	var rest, replies []string
	for _, a := range args[:end] {
		if len(a) >= 4 && strings.EqualFold(a[:4], "-ERR") {
			replies = append(replies, a)
		} else {
			rest = append(rest, a)
		}
	}
	if replies == nil {
		return args
	}
	if end < len(args) {
		end++
	}
	return slices.Concat(rest, []string{"--"}, replies, args[end:])
}
