//go:build !windows

package main

// systemLocale: everywhere but on Windows the environment has said it all.
func systemLocale() string { return "" }
