package main

import (
	"bytes"
	"compress/flate"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"time"
)

//go:embed client.js
var script string

// foreign is a client that is another program: a browser, which loads a page, or Deno. Each
// runs client.js and reports what it sent and received.
type foreign struct {
	command []string // in which PAGE, URL, HASH, SPKI, ORIGIN and DIR are replaced
	prefs   string   // Firefox: the user.js of its profile
	secure  bool     // the page comes over HTTP/3, from the server itself
}

var (
	chromium = []string{"chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--user-data-dir=DIR",
		"--origin-to-force-quic-on=ORIGIN", "--ignore-certificate-errors-spki-list=SPKI", "--enable-features=EnableWebsocketsOverHttp3", "--webtransport-developer-mode",
		"--host-resolver-rules=MAP localhost 127.0.0.1", "PAGE"}
	firefox      = []string{"firefox-esr", "--headless", "--no-remote", "--profile", "DIR", "PAGE"}
	firefoxPrefs = `user_pref("network.webtransport.enabled", true);
user_pref("network.webtransport.datagrams.enabled", true);
user_pref("datareporting.policy.dataSubmissionEnabled", false);
user_pref("browser.shell.checkDefaultBrowser", false);
`
	deno = []string{"deno", "run", "--quiet", "--allow-all", "--unstable-net", "src/client.js", "URL", "HASH", "datagrams"} // its streams do not end when they are closed
)

// page is what a browser loads, and where it reports.
type page struct {
	task   string
	report chan []byte
}

func (p *page) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	switch q.URL.Path {
	case "/journal":
		b, _ := io.ReadAll(q.Body)
		p.report <- b
	case "/":
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprintf(w, "<!doctype html><body data-task='%s'><script type=module>%s</script>", html.EscapeString(p.task), script)
	default:
		w.WriteHeader(404)
	}
}

// run has the client speak to the relay's address and returns its journal.
func (f *foreign) run(ctx context.Context, p *page, kind, hash, spki string, front *net.UDPAddr) (list []message, err error) {
	dir, err := os.MkdirTemp("", "quicpeer")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	if err := os.WriteFile(dir+"/user.js", []byte(f.prefs), 0o666); err != nil {
		return nil, err
	}
	url := fmt.Sprintf("https://localhost:%d/wt", front.Port)
	if kind == "websocket" {
		url = fmt.Sprintf("wss://localhost:%d/ws", front.Port)
	}
	task, _ := json.Marshal(map[string]string{"url": url, "hash": hash, "kind": kind})
	p.task = string(task)
	from := fmt.Sprintf("https://localhost:%d/", front.Port)
	if !f.secure {
		l, err := net.Listen("tcp4", "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		defer l.Close()
		go http.Serve(l, p)
		from = fmt.Sprintf("http://%s/", l.Addr())
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	replace := strings.NewReplacer("PAGE", from, "URL", url, "HASH", hash, "SPKI", spki, "ORIGIN", fmt.Sprintf("localhost:%d", front.Port), "DIR", dir)
	var args []string
	for _, a := range f.command {
		args = append(args, replace.Replace(a))
	}
	c := exec.CommandContext(ctx, args[0], args[1:]...)
	var out, problems bytes.Buffer
	c.Stdout, c.Stderr = &out, &problems
	c.WaitDelay = 3 * time.Second
	if err := c.Start(); err != nil {
		return nil, err
	}
	ended := make(chan error, 1)
	go func() { ended <- c.Wait() }()
	select {
	case err := <-ended:
		if err == nil {
			err = json.Unmarshal(out.Bytes(), &list)
		}
		if err != nil {
			return nil, fmt.Errorf("%w: %s", err, problems.Bytes())
		}
		return list, nil
	case b := <-p.report:
		time.Sleep(300 * time.Millisecond)
		c.Process.Signal(os.Interrupt)
		<-ended
		var r struct {
			Error   string
			Journal []message
		}
		if err := json.Unmarshal(b, &r); err != nil {
			return nil, err
		}
		if r.Error != "" {
			return nil, errors.New(r.Error)
		}
		return r.Journal, nil
	}
}

// inflate undoes permessage-deflate (RFC 7692 §7.2.2) without context takeover.
func inflate(b []byte) ([]byte, error) {
	r := flate.NewReader(io.MultiReader(bytes.NewReader(b), strings.NewReader("\x00\x00\xff\xff\x01\x00\x00\xff\xff")))
	return io.ReadAll(r)
}
