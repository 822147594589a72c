package export_test

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"wscope/analyzer/report/export"
)

// importHAR runs in the frontend of Chromium's developer tools: it does what their button "Import HAR" does.
const importHAR = `(async () => {
	const HAR = await import('/devtools/models/har/har.js')
	const root = new HAR.HARFormat.HARRoot(%s)
	return JSON.stringify(HAR.Importer.Importer.requestsFromHARLog(root.log).map(r => ({
		url: r.url(), type: r.resourceType().name(), status: r.statusCode,
		frames: r.frames().map(f => ({type: f.type, opcode: f.opCode, data: f.text, time: f.time})),
	})))
})()`

// profileFolder is one for a browser. A t.TempDir would fail the test: processes of a browser
// that has ended may write there for a moment still.
func profileFolder(t *testing.T) string {
	dir, err := os.MkdirTemp("", "wscope-browser")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		for range 50 {
			if os.RemoveAll(dir) == nil {
				return
			}
			time.Sleep(100 * time.Millisecond)
		}
		t.Logf("%s stays: the browser still writes there", dir)
	})
	return dir
}

// TestHAROpensInDevTools has the developer tools of the installed Chromium import archives.
func TestHAROpensInDevTools(t *testing.T) {
	path, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("no chromium in the PATH (Debian: apt-get install chromium)")
	}
	profile := profileFolder(t)
	allocator, stop := chromedp.NewExecAllocator(context.Background(), chromedp.ExecPath(path), chromedp.UserDataDir(profile), chromedp.WSURLReadTimeout(time.Minute),
		chromedp.Headless, chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun, chromedp.Flag("disable-background-networking", true))
	defer stop()
	ctx, closeAll := chromedp.NewContext(allocator)
	defer closeAll()
	ctx, expire := context.WithTimeout(ctx, 3*time.Minute)
	defer expire()
	if err := chromedp.Run(ctx); err != nil {
		t.Fatal(err)
	}
	active, err := os.ReadFile(filepath.Join(profile, "DevToolsActivePort"))
	if err != nil {
		t.Fatal(err)
	}
	port, _, _ := strings.Cut(string(active), "\n")
	if err := chromedp.Run(ctx, chromedp.Navigate("http://127.0.0.1:"+port+"/devtools/devtools_app.html")); err != nil {
		t.Fatal(err)
	}
	for _, name := range append([]string{"../har/chromium.pcap"}, readBack...) {
		t.Run(name, func(t *testing.T) {
			var b bytes.Buffer
			run(t, filepath.Join(testdata, "peers", name), export.NewHAR(&b, t.TempDir(), "test"))
			_, entries := readArchive(t, b.Bytes())
			var text string
			err := chromedp.Run(ctx, chromedp.Evaluate(strings.Replace(importHAR, "%s", b.String(), 1), &text,
				func(p *runtime.EvaluateParams) *runtime.EvaluateParams { return p.WithAwaitPromise(true) }))
			if err != nil {
				t.Fatal(err)
			}
			var requests []struct {
				URL, Type string
				Status    int
				Frames    []harMessage
			}
			if err := json.Unmarshal([]byte(text), &requests); err != nil {
				t.Fatal(err)
			}
			if len(requests) != len(entries) {
				t.Fatalf("%d requests of %d entries", len(requests), len(entries))
			}
			for i, r := range requests {
				e := &entries[i]
				if r.URL != e.Request.URL || r.Type != "websocket" || r.Status != e.Response.Status || len(r.Frames) != len(e.Messages) {
					t.Errorf("%s %s %d with %d frames, want %s %d with %d", r.Type, r.URL, r.Status, len(r.Frames), e.Request.URL, e.Response.Status, len(e.Messages))
					continue
				}
				for k, f := range r.Frames {
					if f != e.Messages[k] {
						t.Errorf("frame %d: %+v, want %+v", k, f, e.Messages[k])
					}
				}
			}
		})
	}
}
