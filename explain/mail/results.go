package mail

import "strings"

// What is kept of the results that servers wrote down.
const (
	maxResults    = 40
	maxProperties = 12
)

// Result is what a server found out by one method (RFC 8601 §2.2).
type Result struct {
	// Server that wrote it.
	Server string `json:"server,omitempty"`
	// Instance of an ARC set, "" outside of one (RFC 8617 §4.1.1).
	Instance string `json:"instance,omitempty"`
	Method   string `json:"method"`
	Result   string `json:"result"`
	Reason   string `json:"reason,omitempty"`
	// Comment are the server's words in parentheses.
	Comment    string     `json:"comment,omitempty"`
	Properties []Property `json:"properties,omitempty"`
}

// Property is a value that a result is about: "smtp.mailfrom".
type Property struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Results reads an Authentication-Results or ARC-Authentication-Results field.
func Results(value string) []Result {
	pieces := splitOutside(value, ';', maxResults)
	server, instance := "", ""
	var out []Result
	for i, piece := range pieces {
		plain := strings.TrimSpace(withoutComments(piece))
		if i == 0 && strings.HasPrefix(plain, "i=") {
			instance = strings.TrimSpace(plain[2:])
			continue
		}
		if server == "" && len(out) == 0 && !strings.Contains(plain, "=") {
			server = firstToken(plain)
			continue
		}
		if r, ok := oneResult(piece); ok {
			r.Server, r.Instance = server, instance
			out = append(out, r)
		}
	}
	return out
}

// oneResult reads "method=result reason="..." ptype.property=value ...".
func oneResult(piece string) (Result, bool) {
	var r Result
	for _, w := range resultWords(piece) {
		if strings.HasPrefix(w, "(") {
			if r.Comment == "" {
				r.Comment = strings.TrimSuffix(w[1:], ")")
			}
			continue
		}
		name, value, ok := strings.Cut(w, "=")
		name = strings.ToLower(strings.TrimSpace(name))
		if !ok || name == "" {
			continue
		}
		if strings.HasPrefix(value, `"`) {
			value, _ = quoted(value)
		}
		switch {
		case r.Method == "":
			r.Method, _, _ = strings.Cut(name, "/") // a version may stand behind it
			r.Result = strings.ToLower(value)
		case name == "reason":
			r.Reason = value
		case len(r.Properties) < maxProperties:
			r.Properties = append(r.Properties, Property{name, value})
		}
	}
	return r, r.Method != "" && r.Result != ""
}

// resultWords splits into words and comments, what is in quotes kept together and blanks around = left out.
func resultWords(s string) []string {
	var words []string
	for len(words) < 4*maxProperties {
		s = strings.TrimLeft(s, " \t")
		if s == "" {
			break
		}
		end := wordEnd(s)
		if s[0] == '(' {
			end = commentEnd(s)
		}
		w := s[:end]
		s = s[end:]
		last := len(words) - 1
		if last >= 0 && (strings.HasPrefix(w, "=") || strings.HasSuffix(words[last], "=")) && w[0] != '(' {
			words[last] += w
			continue
		}
		words = append(words, w)
	}
	return words
}

func wordEnd(s string) int {
	inQuotes := false
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\\' && inQuotes:
			i++
		case c == '"':
			inQuotes = !inQuotes
		case !inQuotes && (c == ' ' || c == '\t' || c == '(' && i > 0):
			return i
		}
	}
	return len(s)
}

// splitOutside splits at a separator that stands neither in quotes nor in a comment.
func splitOutside(s string, separator byte, most int) []string {
	var out []string
	start, depth, inQuotes := 0, 0, false
	for i := 0; i < len(s) && len(out) < most; i++ {
		switch c := s[i]; {
		case c == '\\':
			i++
		case c == '"' && depth == 0:
			inQuotes = !inQuotes
		case inQuotes:
		case c == '(':
			depth++
		case c == ')' && depth > 0:
			depth--
		case c == separator && depth == 0:
			out = append(out, s[start:i])
			start = i + 1
		}
	}
	return append(out, s[min(start, len(s)):])
}

// Tags reads the "tag=value; ..." of DKIM-Signature and of the ARC fields
// (RFC 6376 §3.2). White space inside the values, which folding puts there, is left out.
func Tags(value string) []Property {
	var out []Property
	for piece := range strings.SplitSeq(value, ";") {
		name, v, ok := strings.Cut(piece, "=")
		name = strings.TrimSpace(name)
		if !ok || name == "" || len(out) >= maxResults {
			continue
		}
		out = append(out, Property{name, strings.Join(strings.Fields(v), "")})
	}
	return out
}

// Tag is the value of one tag.
func Tag(tags []Property, name string) string {
	for _, t := range tags {
		if t.Name == name {
			return t.Value
		}
	}
	return ""
}

// SPF reads a Received-SPF field: the result, the server's words, and key=value pairs (RFC 7208 §9.1).
func SPF(value string) Result {
	word := firstToken(value)
	r := Result{Method: "spf", Result: strings.ToLower(word)}
	at := strings.Index(value, word) + len(word)
	for _, w := range resultWords(strings.ReplaceAll(value[at:], ";", " ")) {
		if strings.HasPrefix(w, "(") {
			if r.Comment == "" {
				r.Comment = strings.TrimSuffix(w[1:], ")")
			}
			continue
		}
		name, v, ok := strings.Cut(w, "=")
		if !ok || len(r.Properties) >= maxProperties {
			continue
		}
		if strings.HasPrefix(v, `"`) {
			v, _ = quoted(v)
		}
		r.Properties = append(r.Properties, Property{strings.ToLower(name), v})
	}
	return r
}
