package page

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"wscope/analyzer/record"
)

// browser starts a headless Chromium for a test, and stops it with the test. The test is
// skipped where there is none: Debian's package is named chromium.
func browser(t *testing.T) context.Context {
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

// tab is a page opened from disk, whose every complaint and request fails the test.
type tab struct {
	t   *testing.T
	ctx context.Context
	mu  sync.Mutex
	bad []string
}

func open(t *testing.T, browser context.Context, html string) *tab {
	t.Helper()
	file := filepath.Join(t.TempDir(), "report.html")
	if err := os.WriteFile(file, []byte(html), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := chromedp.NewContext(browser)
	b := &tab{t: t, ctx: ctx}
	chromedp.ListenTarget(ctx, b.hear)
	t.Cleanup(func() {
		cancel()
		b.mu.Lock()
		defer b.mu.Unlock()
		for _, what := range b.bad {
			t.Errorf("the browser says: %s", what)
		}
	})
	b.do(network.Enable(), log.Enable(), chromedp.Navigate("file://"+file), chromedp.WaitReady(`html[data-ready]`, chromedp.ByQuery))
	return b
}

func (b *tab) hear(event any) {
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
		if url := e.Request.URL; !strings.HasPrefix(url, "file://") || !strings.HasSuffix(strings.SplitN(url, "#", 2)[0], "/report.html") {
			b.bad = append(b.bad, "request: "+url)
		}
	}
}

func (b *tab) do(actions ...chromedp.Action) {
	b.t.Helper()
	if err := chromedp.Run(b.ctx, actions...); err != nil {
		b.t.Fatal(err)
	}
}

// eval gives what an expression of the page's own world is, as text.
func (b *tab) eval(expression string) string {
	b.t.Helper()
	var s string
	b.do(chromedp.Evaluate("String("+expression+")", &s))
	return s
}

// until waits for an expression to be so; the page does some things a moment later.
func (b *tab) until(expression, want string) {
	b.t.Helper()
	got := ""
	for range 500 {
		if got = b.eval(expression); got == want {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	b.t.Fatalf("%s is %q, want %q", expression, got, want)
}

func (b *tab) click(selector string) { b.t.Helper(); b.do(chromedp.Click(selector, chromedp.ByQuery)) }

const (
	firstRow = `document.querySelector(".flows tbody tr:not(.spacer)").dataset.flow`
	counted  = `document.querySelector("#flows output").textContent`
	heading  = `document.querySelector("article h2")?.textContent.split(" ").slice(0, 2).join(" ")`
)

func TestInABrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a browser")
	}
	chromium := browser(t)
	peers := filepath.Join("..", "..", "..", "testdata", "peers")
	html, want, sum := write(t, Limits{}, 0, filepath.Join(peers, "plain"), filepath.Join(peers, "invalid"))
	b := open(t, chromium, html)

	t.Run("the overview has the summary's counts", func(t *testing.T) {
		b.t = t
		b.until(`document.querySelector(".tile b").textContent`, fmt.Sprint(sum.Flows))
		b.until(counted, fmt.Sprintf("%d flows", sum.Flows))
		b.until(`document.querySelectorAll(".u-wrap canvas").length`, "2")
		b.until(`document.querySelector(".flows").getAttribute("aria-rowcount")`, fmt.Sprint(sum.Flows+1))
	})
	t.Run("heads sort, both ways", func(t *testing.T) {
		b.t = t
		b.until(firstRow, "1")
		b.click(".c-number button")
		b.until(firstRow, fmt.Sprint(sum.Flows))
		b.until(`document.querySelector(".flows th.c-number").getAttribute("aria-sort")`, "descending")
		b.click(".c-bytes button") // numbers begin with the largest
		b.until(firstRow, fmt.Sprint(largest(t, want.flows)))
		b.click(".c-number button")
		b.until(firstRow, "1")
	})
	t.Run("search and filters choose", func(t *testing.T) {
		b.t = t
		broken := 0
		for _, record := range want.flows {
			if strings.Contains(string(record), `"rule":"reserved-bits"`) {
				broken++
			}
		}
		b.do(chromedp.SendKeys(`#flows input`, "reserved-bits", chromedp.ByQuery))
		b.until(counted, fmt.Sprintf("%d of %d flows", broken, sum.Flows))
		b.click("#flows .tools button")
		b.until(counted, fmt.Sprintf("%d flows", sum.Flows))
		b.click(".rules button")
		b.until(`document.querySelector("select[aria-label=Rule]").value`, sum.Findings[0].Rule)
		b.click("#flows .tools button")
		b.do(chromedp.SendKeys(`#flows input`, "no such flow", chromedp.ByQuery))
		b.until(`document.querySelector("#flows .none").hidden`, "false")
		b.click("#flows .tools button")
	})
	t.Run("a flow opens by the keyboard, and its lines are followed", func(t *testing.T) {
		b.t = t
		b.do(chromedp.SendKeys(`#flows input`, "/ws-fragments.pcap", chromedp.ByQuery)) // one flow
		b.until(counted, fmt.Sprintf("1 of %d flows", sum.Flows))
		flow := b.eval(firstRow)
		b.do(chromedp.Focus(`.flows tbody a`, chromedp.ByQuery), chromedp.KeyEvent("\r"))
		b.until(heading, "Flow "+flow)
		b.until(`document.querySelectorAll(".line[data-message]").length > 0`, "true")
		b.do(chromedp.Focus(".lines", chromedp.ByQuery), chromedp.KeyEvent(kb.End))
		b.until(`document.querySelector(".line[aria-selected=true]").classList.contains("end")`, "true")
		b.do(chromedp.KeyEvent(kb.Home))
		b.until(`document.querySelector(".line[aria-selected=true]").getAttribute("aria-posinset")`, "1")
		b.until(`location.hash === "#flow=`+flow+`&message=" + document.querySelector(".line[aria-selected=true]").dataset.message`, "true")
		b.eval(`[...document.querySelectorAll("[role=tab]")].find((t) => t.textContent === "Hex").click()`)
		b.until(`document.querySelector(".hex").textContent.startsWith("00000000 ")`, "true")
		b.do(chromedp.SendKeys(`.talk input`, "between 1", chromedp.ByQuery))
		b.until(`document.querySelector(".talk output").textContent.split(" of ")[0]`, "6") // three pings and their pongs
		b.until(`document.querySelectorAll(".line mark").length > 0`, "true")
		b.click(`.flow nav a[href="#"]`)
		b.until(`document.querySelector(".overview").hidden`, "false")
		b.click("#flows .tools button")
	})
	t.Run("every flow opens with as many messages as it has", func(t *testing.T) {
		b.t = t
		for n := int64(1); n <= sum.Flows; n += 19 {
			b.eval(fmt.Sprintf(`location.hash = "flow=%d"`, n))
			b.until(heading, fmt.Sprintf("Flow %d", n))
			b.until(`document.querySelector(".lines [role=option]").getAttribute("aria-setsize") - document.querySelectorAll(".findings li").length - 1`, fmt.Sprint(want.messages[n]))
		}
		b.eval(`location.hash = ""`)
	})
	t.Run("all controls have names, and the theme turns", func(t *testing.T) {
		b.t = t
		b.until(`[...document.querySelectorAll("button, select, input, a")].filter((e) => !(e.textContent.trim() || e.getAttribute("aria-label"))).length`, "0")
		b.click("#theme")
		b.until(`getComputedStyle(document.documentElement).colorScheme`, "dark")
		b.until(`getComputedStyle(document.body).backgroundColor`, "rgb(21, 24, 28)")
		b.click("#theme")
		b.until(`getComputedStyle(document.documentElement).colorScheme`, "light")
	})
}

// largest is the first of the flows that said the most.
func largest(t *testing.T, flows map[int64][]byte) int64 {
	var best, most int64
	for n := int64(1); n <= int64(len(flows)); n++ {
		var r record.Flow
		if err := json.Unmarshal(flows[n], &r); err != nil {
			t.Fatal(err)
		}
		if bytes := r.ClientToServer.MessageBytes + r.ServerToClient.MessageBytes; bytes > most {
			best, most = n, bytes
		}
	}
	return best
}

func TestHostileWordsAreTextInABrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a browser")
	}
	b := open(t, browser(t), hostilePage(t, Limits{}))
	strange := `document.querySelectorAll("main img, main script, main iframe, main [onerror], a[href]:not([href^='#'])").length`
	b.until(strange, "0")
	b.until(`document.querySelector(".flows td.c-target").textContent.includes("</script>")`, "true")
	b.eval(`location.hash = "flow=1"`)
	b.until(heading, "Flow 1")
	for i := range hostile {
		b.eval(fmt.Sprintf(`location.hash = "flow=1&message=%d"`, i+1))
		b.until(`document.querySelector(".line[aria-selected=true]")?.dataset.message`, fmt.Sprint(i+1))
		b.until(`[...document.querySelectorAll("[role=tab]")].map((tab) => { tab.click(); return `+strange+`; }).join() `, "0,0")
	}
	b.until(`/[\u0000-\u0008\u000e-\u001f\u202e\u2028]/.test(document.body.innerText)`, "false")
}

// TestTimeToFirstView says how long a page takes from the beginning of navigation until
// its overview is painted. It judges nothing: it depends on the machine.
func TestTimeToFirstView(t *testing.T) {
	file := os.Getenv("WSCOPE_REPORT")
	if file == "" {
		t.Skip("WSCOPE_REPORT names no page to open")
	}
	chromium := browser(t)
	for range 3 {
		ctx, cancel := chromedp.NewContext(chromium)
		var ms float64
		err := chromedp.Run(ctx, chromedp.Navigate("file://"+file), chromedp.WaitReady(`html[data-ready]`, chromedp.ByQuery),
			chromedp.Evaluate(`performance.getEntriesByName("first-view")[0].startTime`, &ms))
		cancel()
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("first view after %.0f ms", ms)
	}
}
