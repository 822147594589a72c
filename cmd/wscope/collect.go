package main

import (
	"fmt"
	"net"
	"net/http"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"wscope/analyzer/fleet"
)

func newCollect(env *environment) *cobra.Command {
	var b brokers
	from, folder, serve, metrics := "nats://127.0.0.1:4222", "", "", ""
	format, name := fleet.Parquet, "collector"
	every, settle, giveUp := 10*time.Second, 5*time.Minute, time.Duration(0)
	keep, keepSize := time.Duration(0), size(0)
	cmd := &cobra.Command{
		Use: "collect -o FOLDER", Short: "Collect the records of many sensors (live --to)",
		Long: "collect takes what sensors send with live --to from NATS JetStream into Parquet files by hour of capture time and\n" +
			"kind, hour=HOUR/flows-FROM-TO.parquet, messages, findings, and dropped, which says what sensors had to drop. Each record\n" +
			"says its sensor, interface, clock offset and schema version; the other columns are those of export --to parquet.\n" +
			"With --format ndjson they are lines of JSON.\n\n" +
			"What is taken is on disk, in FOLDER/.open, before the brokers are told so; an hour becomes a file when nothing came\n" +
			"for it for the time of --settle, when 256 MB of it wait, or when collect ends; what comes later for it becomes\n" +
			"another. Nothing is lost and nothing is there twice, whoever fails or is killed meanwhile, as long as collect is not\n" +
			"away for longer than the 7 days that the stream keeps, and FOLDER is kept. With --serve it starts a broker too, for a\n" +
			"start on one machine: the program wscope-broker, which stands beside wscope or in PATH.\n\n" +
			"What a sensor may lose is told by live --help; what it had to drop is in its records.",
		Example: "  wscope collect --serve :4222 -o records\n" +
			"  wscope collect --from nats://a:4222,nats://b:4222,nats://c:4222 --replicas 3 --creds collector.creds -o records",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if folder == "" {
				return fmt.Errorf("collect needs a folder: -o FOLDER")
			}
			options, err := b.options()
			if err != nil {
				return err
			}
			if serve != "" {
				url, stop, err := startBroker(serve, filepath.Join(folder, ".broker"))
				if err != nil {
					return fmt.Errorf("--serve: %w", err)
				}
				defer stop()
				from = url
				env.notice("broker at %s", url)
			}
			counts := new(fleet.Counts)
			if metrics != "" {
				l, err := net.Listen("tcp", metrics)
				if err != nil {
					return fmt.Errorf("--metrics: %w", err)
				}
				s := &http.Server{ReadHeaderTimeout: 5 * time.Second, WriteTimeout: 10 * time.Second,
					Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { counts.WriteTo(w) })}
				go s.Serve(l)
				defer s.Close()
			}
			return fleet.Collect(cmd.Context(), from, fleet.CollectorOptions{
				Folder: folder, Format: format, Settle: settle, Stream: b.stream, Name: name, Replicas: b.replicas, Every: every,
				Version: version(), NATS: options, Counts: counts,
				GiveUp: giveUp, Keep: keep, KeepMost: int64(keepSize), Tell: func(line string) { env.notice("%s", line) },
			})
		},
	}
	f := cmd.Flags()
	f.StringVarP(&folder, "output", "o", "", "`FOLDER` for the files")
	f.StringVar(&from, "from", from, "brokers' `URL`, several with commas")
	f.StringVar(&serve, "serve", "", "start a broker, at `ADDR` (loopback where it has no host; it asks nobody who they are)")
	f.StringVar(&format, "format", format, "`FORMAT` of the files: parquet or ndjson")
	f.DurationVar(&settle, "settle", settle, "`TIME` without a record for an hour after which it becomes a file")
	f.StringVar(&name, "name", name, "`NAME` of the durable consumer: collectors with names of their own are each given everything")
	f.DurationVar(&every, "every", every, "`TIME` after which what came is written")
	f.DurationVar(&keep, "keep", 0, "remove the files of hours that ended longer ago than this `TIME` (default: keep all)")
	f.Var(&keepSize, "keep-size", "remove the oldest hours while the files have more than this `SIZE` (default: keep all)")
	f.DurationVar(&giveUp, "give-up", 0, "end with status 2 and the reason when nothing but failures came for this `TIME` (default: try for ever)")
	f.StringVar(&metrics, "metrics", "", "serve Prometheus metrics of the fleet and of each sensor on `ADDR`")
	b.flags(f)
	return cmd
}
