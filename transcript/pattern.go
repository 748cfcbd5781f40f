package transcript

import (
	"regexp"
	"sync"
)

// pattern is an expression that is compiled when it is first needed: a program that
// reads no transcript does not pay for those that do.
type pattern func() *regexp.Regexp

func lazily(expression string) pattern {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expression) })
}
