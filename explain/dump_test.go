package explain_test

import (
	"fmt"
	"maillab/explain"
	"maillab/protocol"
	"os"
	"strings"
	"testing"
)

func TestDump(t *testing.T) {
	if os.Getenv("DUMP") == "" {
		t.Skip()
	}

	data, _ := os.ReadFile(os.Getenv("DUMP"))
	for _, l := range strings.Split(strings.TrimSpace(string(data)), "\n") {
		p, rest, _ := strings.Cut(l, "\t")
		cmd, rep, _ := strings.Cut(rest, "\t")
		rep = strings.ReplaceAll(rep, `\n`, "\r\n")
		ctx, r := explain.ContextAfter(protocol.Protocol(p), cmd, rep)
		a := explain.Reply(ctx, r)
		var n []string
		for _, x := range a.Next {
			n = append(n, x.Line)
		}
		fmt.Printf("%s | %s\n  %s/%s/%s %s %v\n  %s\n  %s\n", cmd, rep, a.Code, a.Enhanced, a.Class, a.Severity, a.Fields, a.Summary.EN, a.Summary.ZH)
		if os.Getenv("FULL") != "" {
			fmt.Println("  next", n, a.Ref, a.Topic)
			for _, d := range a.Details {
				fmt.Println("   -", d.EN, "//", d.ZH)
			}
			raw := explain.Raw(r)
			for _, s := range a.Spans {
				fmt.Printf("   [%q] %s: %s // %s\n", raw[s.Start:s.End], s.Kind, s.Text.EN, s.Text.ZH)
			}
		}
	}
}
