package main

import (
	"fmt"
	"net"
	"net/http"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"wscope/analyzer/fleet"
	"wscope/analyzer/fleet/broker"
)

func newCollect(env *environment) *cobra.Command {
	var b brokers
	from, folder, serve, metrics := "nats://127.0.0.1:4222", "", "", ""
	every := 10 * time.Second
	cmd := &cobra.Command{
		Use: "collect -o FOLDER", Short: "Collect the records of many sensors (live --to)",
		Long: "collect takes what sensors send with live --to from NATS JetStream into files by hour of capture time and kind,\n" +
			"HOUR/flows-NUMBER.ndjson, messages and findings. Each record says its sensor, interface, clock offset and schema\n" +
			"version. What is taken is on disk before the brokers are told so: nothing is lost and nothing is there twice, whoever\n" +
			"fails meanwhile. With --serve it is the broker too, for a start on one machine.",
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
				url, stop, err := broker.Start(serve, filepath.Join(folder, ".broker"))
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
				Folder: folder, Stream: b.stream, Replicas: b.replicas, Every: every, NATS: options, Counts: counts,
				Tell: func(line string) { env.notice("%s", line) },
			})
		},
	}
	f := cmd.Flags()
	f.StringVarP(&folder, "output", "o", "", "`FOLDER` for the files")
	f.StringVar(&from, "from", from, "brokers' `URL`, several with commas")
	f.StringVar(&serve, "serve", "", "be the broker, at `ADDR` (loopback where it has no host; it asks nobody who they are)")
	f.DurationVar(&every, "every", every, "`TIME` after which what came is written")
	f.StringVar(&metrics, "metrics", "", "serve Prometheus metrics on `ADDR`")
	b.flags(f)
	return cmd
}
