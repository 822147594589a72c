package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"

	"wscope/assembly/capture"
	"wscope/assembly/packet"
)

// withLateSecrets makes of a capture and its key log a pcapng file with the secrets behind
// the packets, and the same in two: the second has half of the packets, and the secrets.
func withLateSecrets(t *testing.T, path string) (whole, first, second []byte) {
	t.Helper()
	keys, err := os.ReadFile(strings.TrimSuffix(path, ".pcap") + ".keys")
	if err != nil {
		t.Fatal(err)
	}
	src, err := capture.Open([]string{path}, capture.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	var list []packet.Packet
	for b := new(packet.Batch); ; {
		if err := src.Read(b); err != nil {
			break
		}
		for _, p := range b.Packets {
			p.Data = bytes.Clone(p.Data)
			list = append(list, p)
		}
	}
	file := func(list []packet.Packet, secrets bool) []byte {
		var b bytes.Buffer
		w := capture.NewWriter(&b, capture.WriterOptions{})
		for i := range list {
			err = errors.Join(err, w.Packet(&list[i]))
		}
		if secrets {
			err = errors.Join(err, w.Secrets(packet.Secrets{Type: 0x544c534b, Data: keys}))
		}
		if err = errors.Join(err, w.Flush()); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	half := len(list) / 2
	return file(list, true), file(list[:half], false), file(list[half:], true)
}

// TestSecretsThatComeLate holds that what a capture holds is read however it is given: whether
// secrets may still come is known from the input, not from its name or from what is asked of it.
func TestSecretsThatComeLate(t *testing.T) {
	peers := filepath.Join("..", "..", "testdata", "peers")
	for _, name := range []string{"tls/tls13-node", "tls/tls12-node", "tls/tls13-resumed", "http2/h2-many-deflate"} {
		path := filepath.Join(peers, filepath.FromSlash(name)+".pcap")
		whole, first, second := withLateSecrets(t, path)
		dir := t.TempDir()
		save := func(name string, data []byte) string {
			p := filepath.Join(dir, filepath.FromSlash(name))
			if err := errors.Join(os.MkdirAll(filepath.Dir(p), 0o777), os.WriteFile(p, data, 0o666)); err != nil {
				t.Fatal(err)
			}
			return p
		}
		gz := packed(t, func(w io.Writer) (io.WriteCloser, error) { return gzip.NewWriter(w), nil }, whole)
		zst := packed(t, func(w io.Writer) (io.WriteCloser, error) { return zstd.NewWriter(w) }, whole)
		forms := map[string][]string{
			"a gzip file named otherwise": {save("gz/late.dump", gz)},
			"a folder with a gzip file":   {filepath.Join(dir, "gz")},
			"a zstd file named otherwise": {save("zst/late", zst)},
			"a folder with a zstd file":   {filepath.Join(dir, "zst")},
			"the second of two files":     {save("two/a.pcapng", first), save("two/b.pcapng", second)},
			"a folder with two files":     {filepath.Join(dir, "two")},
			"a packed second file":        {save("mixed/a.pcapng", first), save("mixed/b", packed(t, func(w io.Writer) (io.WriteCloser, error) { return gzip.NewWriter(w), nil }, second))},
			"a pipe":                      {"-"},
		}
		plain := save("whole.pcapng", whole)
		_, rules, _ := wscope("", "check", "--init", plain)
		commands := [][]string{{"flows"}, {"messages"}, {"frames"}, {"check", "--rules", save("rules.yaml", []byte(rules))}}
		for _, command := range commands {
			status, want, stderr := wscope("", append(command, plain)...)
			if status == exitTrouble || command[0] == "flows" && !strings.Contains(want, `"decrypted":true`) {
				t.Fatalf("%s %s: %s %s", name, command[0], want, stderr)
			}
			for form, paths := range forms {
				stdin := ""
				if paths[0] == "-" {
					stdin = string(whole)
				}
				status2, got, _ := wscope(stdin, append(command, paths...)...)
				if status2 != status || sum(got) != sum(want) {
					t.Errorf("%s of %s, %s: status %d, %s; want %d, %s", command[0], name, form, status2, sum(got), status, sum(want))
				}
			}
		}
	}
}

// sum is what records say, apart from the flows' order, which is that in which they were opened.
func sum(records string) string {
	texts := spoken.FindAllString(records, -1)
	slices.Sort(texts)
	return strings.Join(texts, " ")
}

var spoken = regexp.MustCompile(`"(decrypted|text|length|data|payload_length)":("[^"]*"|[a-z0-9]+)`)

func packed(t *testing.T, with func(io.Writer) (io.WriteCloser, error), data []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := with(&b)
	if err != nil {
		t.Fatal(err)
	}
	if _, err = w.Write(data); errors.Join(err, w.Close()) != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestTailGivesRecordsAsTheyCome holds that --tail writes what a growing file says at once, and
// opens TLS by the lines that a key log gets later.
func TestTailGivesRecordsAsTheyCome(t *testing.T) {
	whole, err := os.ReadFile(filepath.Join("..", "..", "testdata", "peers", "tls", "tls13-node.pcap"))
	if err != nil {
		t.Fatal(err)
	}
	keys, err := os.ReadFile(filepath.Join("..", "..", "testdata", "peers", "tls", "tls13-node.keys"))
	if err != nil {
		t.Fatal(err)
	}
	for _, command := range []string{"flows", "messages", "frames"} {
		dir := t.TempDir()
		grown, log := filepath.Join(dir, "grown.pcap"), filepath.Join(dir, "keys")
		if err := errors.Join(os.WriteFile(grown, whole[:len(whole)/2], 0o666), os.WriteFile(log, nil, 0o666)); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		r, w := io.Pipe()
		done := make(chan int, 1)
		go func() {
			done <- run(ctx, []string{command, "--tail", "--format", "ndjson", "--keylog", log, grown}, strings.NewReader(""), w, io.Discard)
			w.Close()
		}()
		if err := errors.Join(grow(grown, whole[len(whole)/2:]), grow(log, keys)); err != nil {
			t.Fatal(err)
		}
		line, err := bufio.NewReader(r).ReadString('\n') // before the run ends
		if err != nil || command == "flows" && !strings.Contains(line, `"decrypted":true`) {
			t.Errorf("%s: %q, %v", command, line, err)
		}
		go io.Copy(io.Discard, r)
		cancel()
		if status := <-done; status != exitDone {
			t.Errorf("%s: status %d", command, status)
		}
	}
}

func grow(path string, data []byte) error {
	f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	return errors.Join(err, f.Close())
}
