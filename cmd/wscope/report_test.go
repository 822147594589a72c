package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestReportWritesAWholePageOrNone(t *testing.T) {
	peers := filepath.Join("..", "..", "testdata", "peers")
	echo := filepath.Join(peers, "plain", "ws-echo.pcap")
	for _, c := range []struct {
		shows  string
		args   []string
		status int
		page   bool
	}{
		{"a page", []string{echo}, exitDone, true},
		{"a page of what could be read", []string{filepath.Join(peers, "derived", "cut.pcap")}, exitTrouble, true},
		{"a page of the flows that are wanted", []string{"--flow", "1", echo}, exitDone, true},
		{"no page of a filter that is none", []string{"--filter", "flow.nothing", echo}, exitTrouble, false},
		{"no page of nothing", []string{filepath.Join(peers, "no-such.pcap")}, exitTrouble, false},
	} {
		t.Run(c.shows, func(t *testing.T) {
			dir := t.TempDir()
			file := filepath.Join(dir, "report.html")
			var stderr bytes.Buffer
			status := run(context.Background(), append([]string{"report", "-o", file}, c.args...), strings.NewReader(""), &bytes.Buffer{}, &stderr)
			if status != c.status {
				t.Errorf("status %d, want %d: %s", status, c.status, &stderr)
			}
			page, err := os.ReadFile(file)
			if c.page != (err == nil) || c.page && !bytes.HasSuffix(page, []byte("</html>\n")) {
				t.Errorf("page of %d bytes, %v", len(page), err)
			}
			if left, _ := filepath.Glob(filepath.Join(dir, ".*")); len(left) > 0 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
}

// TestReportRedacts looks at a page small enough to be plain JSON.
func TestReportRedacts(t *testing.T) {
	capture := filepath.Join("..", "..", "testdata", "peers", "plain", "ws-ping.pcap")
	for _, c := range []struct {
		args   []string
		spoken bool
	}{{nil, true}, {[]string{"--redact"}, false}} {
		var out bytes.Buffer
		run(context.Background(), append([]string{"report", capture, "-o", "-"}, c.args...), strings.NewReader(""), &out, &bytes.Buffer{})
		if bytes.Contains(out.Bytes(), []byte("quick brown")) != c.spoken {
			t.Errorf("%v: the payload is in the page: %v, want %v", c.args, !c.spoken, c.spoken)
		}
		if bytes.Contains(out.Bytes(), []byte("application/octet-stream\" id")) {
			t.Error("the page is not plain: another capture is needed here")
		}
	}
}

func TestReportNeedsAPlace(t *testing.T) {
	var stderr bytes.Buffer
	status := run(context.Background(), []string{"report", "x.pcap"}, strings.NewReader(""), &bytes.Buffer{}, &stderr)
	if status != exitTrouble || !strings.Contains(stderr.String(), "-o FILE.html") {
		t.Errorf("status %d: %s", status, &stderr)
	}
}
