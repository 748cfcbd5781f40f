package lab

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

// Say returns one of the lab's own sentences by its key.
func Say(key string, args phrases.Args) phrases.Text { return catalog().Text(key, args) }

// TextKeys lists the keys of the lab's sentences.
func TextKeys() []string { return catalog().Keys() }

// Trouble is something that went wrong for the learner, in words of the data
// files: what it is, and what to do now.
type Trouble struct {
	Key  string
	Args phrases.Args
	Err  error
}

// Error gives the English words.
func (t *Trouble) Error() string { return Say(t.Key, t.Args).EN }

// Unwrap returns the cause.
func (t *Trouble) Unwrap() error { return t.Err }

// Text returns the words in every language.
func (t *Trouble) Text() phrases.Text { return Say(t.Key, t.Args) }

func trouble(key string, args phrases.Args) *Trouble { return &Trouble{Key: key, Args: args} }
