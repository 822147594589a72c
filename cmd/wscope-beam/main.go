package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"os/signal"
	"slices"
	"strconv"
	"strings"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	_ "github.com/apache/beam/sdks/v2/go/pkg/beam/io/filesystem/gcs"
	_ "github.com/apache/beam/sdks/v2/go/pkg/beam/io/filesystem/local"
	_ "github.com/apache/beam/sdks/v2/go/pkg/beam/io/filesystem/s3"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/x/beamx"
)

var (
	out        = flag.String("out", "", "`folder` for the shards (required)")
	messages   = flag.Bool("messages", true, "write messages too, not flows and findings alone")
	shards     = flag.Int("shards", 8, "`number` of files for each kind of record")
	format     = flag.String("format", formatNDJSON, "`format` of the records: ndjson or parquet")
	replace    = flag.Bool("replace", false, "remove the records that an earlier run wrote to the folder; without it such a folder is refused")
	keylogs    = flag.String("keylog", "", "TLS key log `files`, separated by commas")
	decodeAs   = flag.String("decode-as", "", "`ports` that carry WebSocket frames from the first byte, separated by commas")
	noMidway   = flag.Bool("no-midstream", false, "look for no WebSocket whose upgrade is not in the capture")
	vlanAware  = flag.Bool("vlan-aware", false, "the same addresses on two VLANs are two connections")
	checksum   = flag.Bool("checksum", false, "pass over segments with a wrong TCP checksum")
	noApps     = flag.Bool("no-apps", false, "look for no subprotocols inside the WebSockets")
	proto      = flag.String("proto", "", "read binary messages of no subprotocol by this Protocol Buffers `schema`")
	protoTypes = flag.String("proto-type", "", "message `types` of the schema, separated by commas")
	ownApps    = flag.String("app", "", "`files` that describe protocols of your own, separated by commas")
	maxMessage = flag.Int("max-message", 0, "`bytes` of a message that are kept at most; 0 is 16 MiB")
)

func main() {
	flag.Usage = func() {
		fmt.Fprintln(flag.CommandLine.Output(), "usage: wscope-beam -out FOLDER [flags] CAPTURE…\n\nThe flags of Beam's runners are here too; README.md says which matter.")
		flag.PrintDefaults()
	}
	flag.Parse()
	beam.Init()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	os.Exit(run(ctx, flag.Args(), os.Stdout, os.Stderr))
}

// run gives the exit status: 0 done, 2 trouble, as of wscope. What could not be read of
// the inputs is in the dead letters, and on the standard error of those runners that give metrics.
func run(ctx context.Context, captures []string, stdout, stderr io.Writer) int {
	dead, err := analyse(ctx, captures, stdout)
	if err != nil {
		fmt.Fprintln(stderr, "wscope-beam:", err)
		return 2
	}
	if dead > 0 {
		fmt.Fprintf(stderr, "wscope-beam: %d parts of the inputs could not be read: see the dead letters\n", dead)
		return 2
	}
	return 0
}

func analyse(ctx context.Context, captures []string, stdout io.Writer) (dead int64, err error) {
	j, err := newJob(ctx, captures)
	if err != nil {
		return 0, err
	}
	p, s := beam.NewPipelineWithRoot()
	if err := j.build(s); err != nil {
		return 0, err
	}
	result, err := beamx.RunWithMetrics(ctx, p)
	if err != nil {
		return 0, err
	}
	if result != nil {
		counts := map[string]int64{}
		for _, d := range result.Metrics().AllMetrics().Distributions() {
			if d.Key.Namespace == "wscope" && d.Committed.Count > 0 {
				counts[d.Key.Name+"_max"] = d.Committed.Max
			}
		}
		for _, c := range result.Metrics().AllMetrics().Counters() {
			if c.Key.Namespace == "wscope" {
				counts[c.Key.Name] += c.Committed // of all steps
			}
		}
		for _, name := range slices.Sorted(maps.Keys(counts)) {
			fmt.Fprintf(stdout, "%s %d\n", name, counts[name])
		}
		dead += counts["dead_letters"]
	}
	return dead, nil
}

// newJob reads the flags.
func newJob(ctx context.Context, captures []string) (*job, error) {
	if *out == "" || len(captures) == 0 {
		return nil, errors.New("usage: wscope-beam -out FOLDER [flags] CAPTURE…")
	}
	if *shards < 1 {
		return nil, errors.New("-shards is at least 1")
	}
	if *format != formatNDJSON && *format != formatParquet {
		return nil, fmt.Errorf("-format %q: ndjson or parquet", *format)
	}
	j := &job{
		Captures: captures, Out: *out, Shards: *shards, Format: *format,
		Settings: settings{Messages: *messages, NoMidway: *noMidway, Checksum: *checksum, VLANs: *vlanAware, MaxMessage: *maxMessage},
	}
	for port := range strings.SplitSeq(*decodeAs, ",") {
		if port == "" {
			continue
		}
		n, err := strconv.ParseUint(port, 10, 16)
		if err != nil || n == 0 {
			return nil, fmt.Errorf("-decode-as %q is not a port", port)
		}
		j.Settings.DecodeAs = append(j.Settings.DecodeAs, uint16(n))
	}
	for name := range strings.SplitSeq(*keylogs, ",") {
		if name == "" {
			continue
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("-keylog: %w", err)
		}
		j.Settings.KeyLog = append(append(j.Settings.KeyLog, text...), '\n')
	}
	if !remote(j.Out) {
		if err := os.MkdirAll(j.Out, 0o755); err != nil {
			return nil, err
		}
	}
	var err error
	if j.Settings.Apps, err = newProtocols(!*noApps, *proto, *protoTypes, *ownApps); err != nil {
		return nil, err
	}
	if err := emptied(ctx, j.Out, *replace); err != nil {
		return nil, err
	}
	return j, nil
}
