package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"wscope/analyzer"
	"wscope/assembly/capture"
	"wscope/cmd/wscope/extcap"
)

func newExtcap(env *environment) *cobra.Command {
	cmd := &cobra.Command{
		Use: "extcap", Short: "Capture WebSockets from within Wireshark",
		Long: "extcap makes wscope one of Wireshark's external capture programs: its list of interfaces then offers \"WebSocket of eth0\",\n" +
			"and packets come with what they carry as comments: messages, findings, and how connections ended. TLS is not opened.",
		Example: "  wscope extcap install\n  tshark -i wscope-eth0 -V",
	}
	folder := ""
	install := &cobra.Command{
		Use: "install", Short: "Make wscope known to Wireshark", Args: cobra.NoArgs,
		Example: "  wscope extcap install\n  sudo wscope extcap install --folder /usr/lib/x86_64-linux-gnu/wireshark/extcap",
		Long: "install writes a small launcher into the folder where Wireshark looks for external capture programs: the one of --folder, else\n" +
			"the one that tshark names, else the personal one. Delete the launcher to undo it.",
		RunE: func(*cobra.Command, []string) error { return installExtcap(env, folder) },
	}
	install.Flags().StringVar(&folder, "folder", "", "`FOLDER` of external capture programs (default: the one that tshark names)")
	answer := &cobra.Command{
		Use: "run", Short: "Answer Wireshark", Hidden: true, DisableFlagParsing: true,
		RunE: func(cmd *cobra.Command, args []string) error {
			return extcap.Run(args, env.stdout, extcap.Host{Version: version(), Interfaces: extcapInterfaces,
				Capture: func(name, filter, fifo string) error { return extcapCapture(cmd.Context(), name, filter, fifo) }})
		},
	}
	cmd.AddCommand(install, answer)
	return cmd
}

func extcapInterfaces() (list []extcap.Interface, err error) {
	all, err := capture.Interfaces()
	for _, i := range all {
		list = append(list, extcap.Interface{Name: i.Name, Description: i.Description})
	}
	return list, err
}

// extcapCapture writes an interface's packets, with comments, until ctx is over or nobody reads any more.
func extcapCapture(ctx context.Context, name, filter, fifo string) error {
	f, err := os.OpenFile(fifo, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	tap, err := capture.OpenLive(capture.LiveOptions{Interfaces: []string{name}, BPF: filter, Promiscuous: true})
	if err != nil {
		return err
	}
	defer tap.Close()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go endWithReader(ctx, cancel, fifo)
	defer context.AfterFunc(ctx, tap.Stop)()
	a := &extcap.Annotator{Source: tap, W: capture.NewWriter(f, capture.WriterOptions{
		Application: "wscope " + version(), Name: func(int32, int32) string { return name },
	})}
	if err := a.End(); err != nil { // Wireshark waits for the beginning of the file
		return err
	}
	_, err = analyzer.Run(context.WithoutCancel(ctx), a, analyzer.Options{Messages: true, Events: true, Live: true}, a)
	if end := a.End(); err == nil {
		err = end
	}
	return err
}

// endWithReader cancels when who started this process is gone or took the pipe away. A quiet interface gives nothing
// to write, so that nothing else would say that nobody reads any more.
func endWithReader(ctx context.Context, cancel func(), fifo string) {
	parent := os.Getppid()
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(time.Second):
		}
		gone := os.Getppid() != parent
		if runtime.GOOS != "windows" && !gone {
			_, err := os.Stat(fifo)
			gone = errors.Is(err, os.ErrNotExist)
		}
		if gone {
			cancel()
			return
		}
	}
}

// installExtcap writes the launcher.
func installExtcap(env *environment, folder string) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	if folder == "" {
		if folder, err = extcapFolder(); err != nil {
			return err
		}
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	file, text := filepath.Join(folder, "wscope-extcap"), "#!/bin/sh\nexec '"+strings.ReplaceAll(self, "'", `'\''`)+"' extcap run \"$@\"\n"
	if runtime.GOOS == "windows" {
		file, text = file+".bat", "@\""+self+"\" extcap run %*\r\n"
	}
	if err := os.WriteFile(file, []byte(text), 0o755); err != nil {
		return err
	}
	fmt.Fprintf(env.stdout, "%s: Wireshark and tshark -D now offer \"WebSocket of\" each interface\n", file)
	return nil
}

// extcapFolder is where Wireshark looks: the personal folder where it has one.
func extcapFolder() (string, error) {
	out, _ := exec.Command("tshark", "-G", "folders").Output()
	found := ""
	for line := range strings.Lines(string(out)) {
		name, path, _ := strings.Cut(line, ":")
		path = strings.TrimSpace(path)
		switch strings.ToLower(strings.TrimSpace(name)) {
		case "personal extcap path":
			return path, nil
		case "extcap path":
			found = path
		}
	}
	if found != "" {
		return found, nil
	}
	home, err := os.UserHomeDir()
	return filepath.Join(home, ".local", "lib", "wireshark", "extcap"), err
}
