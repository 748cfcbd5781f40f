package main

import "golang.org/x/sys/windows"

// endOfInput is what a terminal's keyboard ends standard input with.
const endOfInput = "Ctrl-Z"

// systemLocale is the language of the Windows desktop, which sets no LANG.
func systemLocale() string {
	names, err := windows.GetUserPreferredUILanguages(windows.MUI_LANGUAGE_NAME)
	if err != nil || len(names) == 0 {
		return ""
	}
	return names[0]
}
