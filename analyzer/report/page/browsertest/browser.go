// Package browsertest opens pages in a headless Chromium for tests.
package browsertest

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// Start starts a headless Chromium for a test, and stops it with the test. The test is
// skipped where there is none: Debian's package is named chromium.
func Start(t *testing.T) context.Context {
	t.Helper()
	var path string
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if p, err := exec.LookPath(name); err == nil {
			path = p
			break
		}
	}
	if path == "" {
		t.Skip("no chromium in the PATH (Debian: apt-get install chromium)")
	}
	profile, err := os.MkdirTemp("", "wscope-page-")
	if err != nil {
		t.Fatal(err)
	}
	allocator, stop := chromedp.NewExecAllocator(context.Background(),
		chromedp.ExecPath(path), chromedp.UserDataDir(profile), chromedp.WSURLReadTimeout(time.Minute), chromedp.Headless, chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true), chromedp.WindowSize(1280, 900))
	ctx, closeAll := chromedp.NewContext(allocator)
	ctx, expire := context.WithTimeout(ctx, 3*time.Minute)
	t.Cleanup(func() {
		expire()
		closeAll()
		stop()
		os.RemoveAll(profile)
	})
	if err := chromedp.Run(ctx); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return ctx
}

// Tab is a page whose every complaint, and every request that it may not make, fails the test.
type Tab struct {
	T       *testing.T
	Context context.Context
	allowed func(url string) bool
	mu      sync.Mutex
	bad     []string
}

// Open opens an address. allowed says which requests the page may make.
func Open(t *testing.T, browser context.Context, url string, allowed func(url string) bool) *Tab {
	t.Helper()
	ctx, cancel := chromedp.NewContext(browser)
	b := &Tab{T: t, Context: ctx, allowed: allowed}
	chromedp.ListenTarget(ctx, b.hear)
	t.Cleanup(func() {
		cancel()
		b.mu.Lock()
		defer b.mu.Unlock()
		for _, what := range b.bad {
			t.Errorf("the browser says: %s", what)
		}
	})
	b.Do(network.Enable(), log.Enable(), chromedp.Navigate(url), chromedp.WaitReady(`html[data-ready]`, chromedp.ByQuery))
	return b
}

func (b *Tab) hear(event any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		b.bad = append(b.bad, e.ExceptionDetails.Error())
	case *runtime.EventConsoleAPICalled:
		b.bad = append(b.bad, fmt.Sprint("console: ", e.Type))
	case *log.EventEntryAdded:
		b.bad = append(b.bad, "log: "+e.Entry.Text)
	case *cdppage.EventJavascriptDialogOpening:
		b.bad = append(b.bad, "dialog: "+e.Message)
	case *network.EventRequestWillBeSent:
		if !b.allowed(e.Request.URL) && !strings.HasPrefix(e.Request.URL, "blob:") {
			b.bad = append(b.bad, "request: "+e.Request.URL)
		}
	}
}

// Do does actions.
func (b *Tab) Do(actions ...chromedp.Action) {
	b.T.Helper()
	if err := chromedp.Run(b.Context, actions...); err != nil {
		b.T.Fatal(err)
	}
}

// Eval gives what an expression of the page's own world is, as text.
func (b *Tab) Eval(expression string) string {
	b.T.Helper()
	var s string
	b.Do(chromedp.Evaluate("String("+expression+")", &s))
	return s
}

// Until waits for an expression to be so; the page does some things a moment later.
func (b *Tab) Until(expression, want string) {
	b.T.Helper()
	got := ""
	for range 500 {
		if got = b.Eval(expression); got == want {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	b.T.Fatalf("%s is %q, want %q", expression, got, want)
}

// Click clicks on what a selector finds first.
func (b *Tab) Click(selector string) { b.T.Helper(); b.Do(chromedp.Click(selector, chromedp.ByQuery)) }
