package main

import (
	"embed"
	"sync"

	"maillab/phrases"
)

//go:embed texts/*.toml
var textFiles embed.FS

var catalog = sync.OnceValue(func() *phrases.Catalog {
	return phrases.Must(phrases.Load(textFiles, "texts/*.toml"))
})

func say(key string, args phrases.Args) phrases.Text { return catalog().Text(key, args) }
