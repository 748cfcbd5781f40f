//go:build unix

package editor

import (
	"io"
	"syscall"
	"testing"

	"github.com/creack/pty"
)

// BenchmarkEnter measures from the key on the far side of the pseudo-terminal to
// the return of ReadLine, prompt and echo included.
func BenchmarkEnter(b *testing.B) {
	master, slave, err := pty.Open()
	if err != nil {
		b.Fatal(err)
	}
	defer master.Close()
	defer slave.Close()
	e, err := New(Options{In: slave, Out: slave})
	if err != nil {
		b.Fatal(err)
	}
	go io.Copy(io.Discard, master)
	for b.Loop() {
		master.Write([]byte("x\r"))
		if _, err := e.ReadLine(fixed("smtp.lab.test SMTP 已认证 C: ")); err != nil {
			b.Fatal(err)
		}
	}
	e.Close()
}

// BenchmarkPtyPingPong is the floor: the same way through the kernel without us.
func BenchmarkPtyPingPong(b *testing.B) {
	master, slave, err := pty.Open()
	if err != nil {
		b.Fatal(err)
	}
	defer master.Close()
	defer slave.Close()
	restore, err := makeRaw(int(slave.Fd()))
	if err != nil {
		b.Fatal(err)
	}
	defer restore()
	lines := make(chan int)
	go func() {
		buf := make([]byte, 100)
		for {
			n, err := syscall.Read(int(slave.Fd()), buf)
			lines <- n
			if err != nil {
				return
			}
		}
	}()
	for b.Loop() {
		master.Write([]byte("x\r"))
		<-lines
	}
	master.Close()
	<-lines
}

func BenchmarkWrite(b *testing.B) {
	in, _ := io.Pipe()
	e, err := New(Options{In: in, Out: io.Discard})
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		e.Write([]byte("250 2.1.0 OK\n"))
	}
	e.Close()
}
