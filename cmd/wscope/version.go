package main

import (
	"fmt"
	"runtime/debug"
	"strconv"
	"time"

	"github.com/spf13/cobra"
)

func newVersion(env *environment) *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "Print the version",
		Example: "  wscope version",
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprintln(env.stdout, "wscope", version())
			return err
		},
	}
}

// stamped and stampedAt are set by the linker in builds of a checkout (cmd/dist/version): the version, and the seconds since
// 1970 of its revision. go install MODULE@VERSION has the version from the module instead.
var stamped, stampedAt string

// version is the version that the build was stamped with, the module's, or the revision that it was built from.
func version() string {
	if stamped != "" {
		return stamped
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	if v := info.Main.Version; v != "" && v != "(devel)" {
		return v
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			return "devel " + s.Value
		}
	}
	return "devel"
}

// revisionTime is the time of the revision that the program was built from; 1970 where
// nobody knows.
func revisionTime() time.Time {
	if seconds, err := strconv.ParseInt(stampedAt, 10, 64); err == nil {
		return time.Unix(seconds, 0).UTC()
	}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if t, err := time.Parse(time.RFC3339, s.Value); s.Key == "vcs.time" && err == nil {
				return t
			}
		}
	}
	return time.Unix(0, 0).UTC()
}
