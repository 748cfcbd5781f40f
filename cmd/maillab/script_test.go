package main

import (
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"maillab": main})
}

// TestScripts runs the whole program by the scripts in testdata/script.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:      "testdata/script",
		Deadline: time.Now().Add(3 * time.Minute),
		Setup: func(e *testscript.Env) error {
			e.Vars = append(e.Vars, "LANG=en_US.UTF-8", "LC_ALL=", "MAILLAB_LANG=", "XDG_STATE_HOME="+e.WorkDir+"/state", "HOME="+e.WorkDir)
			return nil
		},
	})
}
