//go:build linux

package main

import (
	"bytes"
	"fmt"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"time"
)

// bulkLines is how many lines of JSON are explained at once.
const bulkLines = 50_000

// compareBulk is processor time, on one core, for maillab explain --jsonl beside jq -c reading and
// writing the same file: once with every line different, once as logs are, the same lines again and again.
func compareBulk(m string) {
	for _, distinct := range []bool{true, false} {
		path := questions(distinct)
		defer os.RemoveAll(filepath.Dir(path))
		name := "--jsonl, repeating"
		if distinct {
			name = "--jsonl, distinct"
		}
		ours, theirs := bulk(path, m, "explain", "--jsonl"), bulk(path, "jq", "-c", ".")
		var as, bs []time.Duration
		var ratios []float64
		for range rounds / 4 {
			x, y := ours(), theirs()
			as, bs, ratios = append(as, x), append(bs, y), append(ratios, float64(x)/float64(y))
		}
		slices.Sort(ratios)
		a, b := median(as), median(bs)
		fmt.Printf("%-18s %6.0f lines/s   jq -c . %6.0f lines/s   ratio %.2f\n", name,
			bulkLines/a.Seconds(), bulkLines/b.Seconds(), ratios[len(ratios)/2])
	}
}

// bulk measures the processor time of a program that reads the file.
func bulk(path, name string, args ...string) func() time.Duration {
	return func() time.Duration {
		in, err := os.Open(path)
		if err != nil {
			log.Fatal(err)
		}
		defer in.Close()
		cmd := exec.Command(name, args...)
		cmd.Env = append(os.Environ(), "GOMAXPROCS=1")
		cmd.Stdin = in
		if err := cmd.Run(); err != nil {
			log.Fatalf("%s: %v", name, err)
		}
		return cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	}
}

// questions writes a file of questions made of the project's own replies.
func questions(distinct bool) (path string) {
	data, err := os.ReadFile(filepath.Join("explain", "testdata", "replies.jsonl"))
	if err != nil {
		log.Fatal(err)
	}
	lines := bytes.Split(bytes.TrimSpace(data), []byte("\n"))
	var b bytes.Buffer
	for i := range bulkLines {
		line := lines[i%len(lines)]
		if distinct {
			fmt.Fprintf(&b, `{"n":%d,%s`+"\n", i, line[1:])
			continue
		}
		fmt.Fprintf(&b, "%s\n", line)
	}
	dir, err := os.MkdirTemp("", "measure")
	if err != nil {
		log.Fatal(err)
	}
	path = filepath.Join(dir, "questions.jsonl")
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		log.Fatal(err)
	}
	return path
}
