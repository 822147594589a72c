package main

import (
	"os"
	"testing"
)

// slow skips a test that takes half a minute, unless WSCOPE_SLOW is set, as it is in .ci/run.
func slow(t *testing.T, why string) {
	t.Helper()
	if os.Getenv("WSCOPE_SLOW") == "" || testing.Short() {
		t.Skip(why + ": set WSCOPE_SLOW=1")
	}
}
