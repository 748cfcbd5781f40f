package lessons_test

import (
	"testing"

	"maillab/lessons"
)

func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		if _, err := lessons.Load(osContent); err != nil {
			b.Fatal(err)
		}
	}
}
