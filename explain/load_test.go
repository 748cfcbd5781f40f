package explain

import "testing"

// BenchmarkLoad reads the files that the explanation of one reply needs.
func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		for _, s := range []*shelf{shelfTexts, shelfNotices, shelfCodes, shelfClasses, shelfEnhanced, shelfVerbs, shelfTerms} {
			data, err := knowledgeFiles.ReadFile("knowledge/" + s.file)
			if err == nil {
				_, err = parseShelf(s.file, data)
			}
			if err != nil {
				b.Fatal(err)
			}
		}
		data, _ := knowledgeFiles.ReadFile("knowledge/" + rulesFile)
		if _, err := parseRules(rulesFile, data); err != nil {
			b.Fatal(err)
		}
	}
}
