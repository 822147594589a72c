package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
)

// plain is ngtcp2's client, which knows HTTP/3 and no WebSocket: each run posts a body, which comes back.
type plain struct {
	args [][]string // of each run, in which DIR is replaced
	size int
}

// resumed are the arguments by which a run leaves a session, and the next takes it up.
var resumed = []string{"--session-file=DIR/session", "--tp-file=DIR/params"}

func (p *plain) run(ctx context.Context, s *scenario, port int, j *journal) error {
	dir, err := os.MkdirTemp("", "quicpeer")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	body := make([]byte, p.size)
	for i := range body {
		body[i] = byte(i * 7 >> 3)
	}
	if err := os.WriteFile(filepath.Join(dir, "body"), body, 0o666); err != nil {
		return err
	}
	keys, err := filepath.Abs(s.name + ".keys")
	if err != nil {
		return err
	}
	for i, args := range p.args {
		all := []string{"--quiet", "--no-quic-dump", "--no-http-dump", "--exit-on-all-streams-close", "--max-stream-data-uni=1M", "--timeout=5s",
			"--http-method=POST", "--data=" + filepath.Join(dir, "body"), "--download=" + dir}
		for _, a := range args {
			all = append(all, string(bytes.ReplaceAll([]byte(a), []byte("DIR"), []byte(dir))))
		}
		name := fmt.Sprintf("back%d", i)
		c := exec.CommandContext(ctx, "gtlsclient", append(all, "127.0.0.1", strconv.Itoa(port), "https://localhost/body/"+name)...)
		c.Env = append(os.Environ(), "SSLKEYLOGFILE="+keys)
		if out, err := c.CombinedOutput(); err != nil {
			return fmt.Errorf("%w: %s", err, out)
		}
		back, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil || !bytes.Equal(back, body) {
			return fmt.Errorf("%d bytes came back of %d: %v", len(back), len(body), err)
		}
		j.Messages = append(j.Messages, note("client", "body", "http", body), note("server", "body", "http", back))
	}
	return nil
}

// echoBody answers a request with its body.
func echoBody(w http.ResponseWriter, q *http.Request) {
	b, err := io.ReadAll(q.Body)
	if err != nil {
		w.WriteHeader(500)
		return
	}
	w.Write(b)
}
