// Package phrases holds sentences in two languages of equal rank. A catalog is
// read from TOML data files in which English and Chinese stand side by side
// under one key, so that no sentence for users stands in code and none can be
// missing in one language.
package phrases

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"sort"
	"strings"

	"github.com/pelletier/go-toml/v2"
)

// Lang is a language of the screen.
type Lang string

// The languages. Chinese is Simplified Chinese.
const (
	English Lang = "en"
	Chinese Lang = "zh"
)

// Langs lists the languages.
var Langs = []Lang{English, Chinese}

// ParseLang reads a language as a flag, a command or a locale names it
// ("zh", "zh_CN.UTF-8", "en-US", "中文"), and whether it is one of ours.
func ParseLang(s string) (Lang, bool) {
	s = strings.ToLower(strings.TrimSpace(s))
	switch {
	case strings.HasPrefix(s, "zh"), s == "cn", strings.HasPrefix(s, "中"), strings.HasPrefix(s, "汉"):
		return Chinese, true
	case strings.HasPrefix(s, "en"):
		return English, true
	}
	return English, false
}

// Text is one sentence in every language. Places for values are written {name}.
type Text struct {
	EN string `toml:"en" json:"en"`
	ZH string `toml:"zh" json:"zh"`
}

// In returns the text in a language.
func (t Text) In(l Lang) string {
	if l == Chinese {
		return t.ZH
	}
	return t.EN
}

// Empty reports whether there is nothing in it.
func (t Text) Empty() bool { return t.EN == "" && t.ZH == "" }

// Args are the values for the places of a text, by name.
type Args map[string]string

// Fill puts the values into the places of the text, in every language. A place
// without a value stays as it is written, so that the mistake is seen.
func (t Text) Fill(args Args) Text {
	if len(args) == 0 {
		return t
	}
	return Text{EN: listed(fill(t.EN, args), commaEN), ZH: listed(fill(t.ZH, args), commaZH)}
}

// What each language writes between the items of a list.
const (
	commaEN = ", "
	commaZH = "、"
)

// between stands between the items of a List. Clean leaves no such octet in anything that came from outside.
const between = "\x1f"

// List is a value of several items, which Fill writes as each language does.
func List(items []string) string { return strings.Join(items, between) }

// Listed is a list as a text of its own.
func Listed(items []string) Text {
	return Text{EN: strings.Join(items, commaEN), ZH: strings.Join(items, commaZH)}
}

func listed(s, comma string) string { return strings.ReplaceAll(s, between, comma) }

// With puts a text into a place of the text, each language into its own.
func (t Text) With(place string, v Text) Text {
	return Text{EN: fill(t.EN, Args{place: v.EN}), ZH: fill(t.ZH, Args{place: v.ZH})}
}

// fill puts the values into the places of a template.
func fill(template string, args Args) string {
	if strings.IndexByte(template, '{') < 0 {
		return template
	}
	var room [256]byte
	return string(AppendFilled(room[:0], template, args))
}

// AppendFilled adds a template to dst, its places filled. It reads the template once, so that a brace inside
// a value is never taken for a place.
func AppendFilled(dst []byte, template string, args Args) []byte {
	for {
		open := strings.IndexByte(template, '{')
		if open < 0 {
			return append(dst, template...)
		}
		end := strings.IndexByte(template[open:], '}')
		if end < 0 {
			return append(dst, template...)
		}
		value, ok := args[template[open+1:open+end]]
		if !ok {
			value = template[open : open+end+1]
		}
		dst = append(append(dst, template[:open]...), value...)
		template = template[open+end+1:]
	}
}

// Places returns the names of the places in the text, sorted, from all its languages.
func (t Text) Places() []string {
	seen := map[string]bool{}
	for _, s := range []string{t.EN, t.ZH} {
		for {
			_, rest, ok := strings.Cut(s, "{")
			if !ok {
				break
			}
			name, after, ok := strings.Cut(rest, "}")
			if !ok {
				break
			}
			seen[name], s = true, after
		}
	}
	out := make([]string, 0, len(seen))
	for n := range seen {
		out = append(out, n)
	}
	sort.Strings(out)
	return out
}

// Catalog maps keys to texts. It is safe for concurrent use once loaded.
type Catalog struct {
	texts map[string]Text
}

// Load reads every file of fsys that matches one of the patterns. Each file
// maps a key to its text:
//
//	[welcome]
//	en = "Welcome."
//	zh = "欢迎。"
//
// A key without one of the languages, an unknown field, a key that stands
// twice: each is an error that names the file, and the line where TOML tells it.
func Load(fsys fs.FS, patterns ...string) (*Catalog, error) {
	c := &Catalog{texts: map[string]Text{}}
	for _, p := range patterns {
		names, err := fs.Glob(fsys, p)
		if err != nil {
			return nil, err
		}
		if len(names) == 0 {
			return nil, fmt.Errorf("phrases: no file matches %s", p)
		}
		for _, n := range names {
			if err := c.add(fsys, n); err != nil {
				return nil, err
			}
		}
	}
	return c, nil
}

func (c *Catalog) add(fsys fs.FS, name string) error {
	data, err := fs.ReadFile(fsys, name)
	if err != nil {
		return err
	}
	var file map[string]Text
	if err := DecodeStrict(name, data, &file); err != nil {
		return err
	}
	for key, t := range file {
		if t.EN == "" || t.ZH == "" {
			return fmt.Errorf("%s: [%s] lacks a language", name, key)
		}
		if _, twice := c.texts[key]; twice {
			return fmt.Errorf("%s: [%s] stands in another file too", name, key)
		}
		c.texts[key] = Text{EN: strings.Trim(t.EN, "\n"), ZH: strings.Trim(t.ZH, "\n")}
	}
	return nil
}

// DecodeStrict reads TOML into v and turns what is wrong (bad TOML, a misspelt
// key) into one error that names file, line and column.
func DecodeStrict(name string, data []byte, v any) error {
	d := toml.NewDecoder(bytes.NewReader(data)).DisallowUnknownFields()
	err := d.Decode(v)
	var strict *toml.StrictMissingError
	if errors.As(err, &strict) && len(strict.Errors) > 0 {
		first := strict.Errors[0]
		row, col := first.Position()
		return fmt.Errorf("%s:%d:%d: unknown key %s", name, row, col, strings.Join(first.Key(), "."))
	}
	var bad *toml.DecodeError
	if errors.As(err, &bad) {
		row, col := bad.Position()
		return fmt.Errorf("%s:%d:%d: %s", name, row, col, strings.TrimPrefix(bad.Error(), "toml: "))
	}
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// Must is Load for catalogs that are embedded in the program: an error there is
// a mistake of ours that the tests find.
func Must(c *Catalog, err error) *Catalog {
	if err != nil {
		panic(err)
	}
	return c
}

// Get returns a text and whether the key is there.
func (c *Catalog) Get(key string) (Text, bool) {
	t, ok := c.texts[key]
	return t, ok
}

// Text returns the text of a key with its values filled in. An unknown key
// comes back as the key in double angle quotes, so that the mistake is seen.
func (c *Catalog) Text(key string, args Args) Text {
	t, ok := c.texts[key]
	if !ok {
		return Text{EN: "«" + key + "»", ZH: "«" + key + "»"}
	}
	return t.Fill(args)
}

// Keys returns every key, sorted.
func (c *Catalog) Keys() []string {
	out := make([]string, 0, len(c.texts))
	for k := range c.texts {
		out = append(out, k)
	}
	sort.Strings(out)
	return out
}
