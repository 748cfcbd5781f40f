package main

import (
	"strings"

	"maillab/phrases"
)

// language is --lang, else MAILLAB_LANG, else the locale, else English. It is
// known before the flags are parsed, because their help is written in it.
func language(args []string, env func(string) string) phrases.Lang {
	candidates := []string{langFlag(args), env("MAILLAB_LANG")}
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if v := env(name); v != "" {
			// POSIX: the first of the three that is set decides.
			candidates = append(candidates, v)
			break
		}
	}
	candidates = append(candidates, systemLocale())
	for _, c := range candidates {
		if l, ok := phrases.ParseLang(c); ok {
			return l
		}
	}
	return phrases.English
}

// langFlag finds the value of --lang in a command line that is not parsed yet.
func langFlag(args []string) string {
	for i, a := range args {
		if a == "--" {
			return ""
		}
		if v, ok := strings.CutPrefix(a, "--lang="); ok {
			return v
		}
		if a == "--lang" && i+1 < len(args) {
			return args[i+1]
		}
	}
	return ""
}

// asciiOnly reports whether the locale says that the terminal knows no Unicode.
func asciiOnly(env func(string) string) bool {
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if v := env(name); v != "" {
			v = strings.ToLower(v)
			return v == "c" || v == "posix"
		}
	}
	return false
}
