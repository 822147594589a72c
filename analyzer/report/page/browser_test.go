package page

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"wscope/analyzer/record"
	"wscope/analyzer/report/page/browsertest"
)

// open opens a page from disk.
func open(t *testing.T, browser context.Context, html string) *browsertest.Tab {
	t.Helper()
	file := filepath.Join(t.TempDir(), "report.html")
	if err := os.WriteFile(file, []byte(html), 0o600); err != nil {
		t.Fatal(err)
	}
	return browsertest.Open(t, browser, "file://"+file, func(url string) bool {
		return strings.HasPrefix(url, "file://") && strings.HasSuffix(strings.SplitN(url, "#", 2)[0], "/report.html")
	})
}

const (
	firstRow = `document.querySelector(".flows tbody tr:not(.spacer)").dataset.flow`
	counted  = `document.querySelector("#flows output").textContent`
	heading  = `document.querySelector("article h2")?.textContent.split(" ").slice(0, 2).join(" ")`
)

func TestInABrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a browser")
	}
	chromium := browsertest.Start(t)
	peers := filepath.Join("..", "..", "..", "testdata", "peers")
	html, want, sum := write(t, Limits{}, 0, filepath.Join(peers, "plain"), filepath.Join(peers, "invalid"))
	b := open(t, chromium, html)

	t.Run("the overview has the summary's counts", func(t *testing.T) {
		b.T = t
		b.Until(`document.querySelector(".tile b").textContent`, fmt.Sprint(sum.Flows))
		b.Until(counted, fmt.Sprintf("%d flows", sum.Flows))
		b.Until(`document.querySelectorAll(".u-wrap canvas").length`, "2")
		b.Until(`document.querySelector(".flows").getAttribute("aria-rowcount")`, fmt.Sprint(sum.Flows+1))
	})
	t.Run("heads sort, both ways", func(t *testing.T) {
		b.T = t
		b.Click(".c-number button")
		b.Until(firstRow, "1")
		b.Click(".c-number button")
		b.Until(firstRow, fmt.Sprint(sum.Flows))
		b.Until(`document.querySelector(".flows th.c-number").getAttribute("aria-sort")`, "descending")
		b.Click(".c-bytes button") // numbers begin with the largest
		b.Until(firstRow, fmt.Sprint(largest(t, want.flows)))
		b.Click(".c-number button")
		b.Until(firstRow, "1")
	})
	t.Run("search and filters choose", func(t *testing.T) {
		b.T = t
		broken := 0
		for _, record := range want.flows {
			if strings.Contains(string(record), `"rule":"reserved-bits"`) {
				broken++
			}
		}
		b.Do(chromedp.SendKeys(`#flows input`, "reserved-bits", chromedp.ByQuery))
		b.Until(counted, fmt.Sprintf("%d of %d flows", broken, sum.Flows))
		b.Click("#flows .tools .clear")
		b.Until(counted, fmt.Sprintf("%d flows", sum.Flows))
		b.Click(".rules button")
		b.Until(`document.querySelector("select[aria-label=Rule]").value`, sum.Findings[0].Rule)
		b.Click("#flows .tools .clear")
		b.Do(chromedp.SendKeys(`#flows input`, "no such flow", chromedp.ByQuery))
		b.Until(`document.querySelector("#flows .none").hidden`, "false")
		b.Click("#flows .tools .clear")
	})
	t.Run("a flow opens by the keyboard, and its lines are followed", func(t *testing.T) {
		b.T = t
		b.Do(chromedp.SendKeys(`#flows input`, "/ws-fragments.pcap", chromedp.ByQuery)) // one flow
		b.Until(counted, fmt.Sprintf("1 of %d flows", sum.Flows))
		flow := b.Eval(firstRow)
		b.Do(chromedp.Focus(`.flows tbody a`, chromedp.ByQuery), chromedp.KeyEvent("\r"))
		b.Until(heading, "Flow "+flow)
		b.Until(`document.querySelectorAll(".line[data-message]").length > 0`, "true")
		b.Do(chromedp.Focus(".lines", chromedp.ByQuery), chromedp.KeyEvent(kb.End))
		b.Until(`document.querySelector(".line[aria-selected=true]").classList.contains("end")`, "true")
		b.Do(chromedp.KeyEvent(kb.Home))
		b.Until(`document.querySelector(".line[aria-selected=true]").getAttribute("aria-posinset")`, "1")
		b.Until(`location.hash === "#flow=`+flow+`&message=" + document.querySelector(".line[aria-selected=true]").dataset.message`, "true")
		b.Eval(`[...document.querySelectorAll("[role=tab]")].find((t) => t.textContent === "Hex").click()`)
		b.Until(`document.querySelector(".hex").textContent.startsWith("00000000 ")`, "true")
		b.Do(chromedp.SendKeys(`.talk input`, "between 1", chromedp.ByQuery))
		b.Until(`document.querySelector(".talk output").textContent.split(" of ")[0]`, "6") // three pings and their pongs
		b.Until(`document.querySelectorAll(".line mark").length > 0`, "true")
		b.Click(`.flow nav a`)
		b.Until(`document.querySelector(".overview").hidden`, "false")
		b.Click("#flows .tools .clear")
	})
	t.Run("every flow opens with as many messages as it has", func(t *testing.T) {
		b.T = t
		for n := int64(1); n <= sum.Flows; n += 19 {
			b.Eval(fmt.Sprintf(`location.hash = "flow=%d"`, n))
			b.Until(heading, fmt.Sprintf("Flow %d", n))
			b.Until(`document.querySelector(".lines [role=option]").getAttribute("aria-setsize") - document.querySelectorAll(".findings li").length - 1`, fmt.Sprint(want.messages[n]))
		}
		b.Eval(`location.hash = ""`)
	})
	t.Run("all controls have names, and the theme turns", func(t *testing.T) {
		b.T = t
		b.Until(`[...document.querySelectorAll("button, select, input, a")].filter((e) => !(e.textContent.trim() || e.getAttribute("aria-label"))).length`, "0")
		b.Click("#theme")
		b.Until(`getComputedStyle(document.documentElement).colorScheme`, "dark")
		b.Until(`getComputedStyle(document.body).backgroundColor`, "rgb(21, 24, 28)")
		b.Click("#theme")
		b.Until(`getComputedStyle(document.documentElement).colorScheme`, "light")
	})
}

// largest is the first of the flows with the most bytes on the wire.
func largest(t *testing.T, flows map[int64][]byte) int64 {
	var best, most int64
	for n := int64(1); n <= int64(len(flows)); n++ {
		var r record.Flow
		if err := json.Unmarshal(flows[n], &r); err != nil {
			t.Fatal(err)
		}
		if bytes := r.ClientToServer.WireBytes + r.ServerToClient.WireBytes; bytes > most {
			best, most = n, bytes
		}
	}
	return best
}

func TestHostileWordsAreTextInABrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a browser")
	}
	b := open(t, browsertest.Start(t), hostilePage(t, Limits{}))
	strange := `document.querySelectorAll("main img, main script, main iframe, main [onerror], a[href]:not([href^='#'])").length`
	b.Until(strange, "0")
	b.Until(`document.querySelector(".flows td.c-target").textContent.includes("</script>")`, "true")
	b.Eval(`location.hash = "flow=1"`)
	b.Until(heading, "Flow 1")
	for i := range hostile {
		b.Eval(fmt.Sprintf(`location.hash = "flow=1&message=%d"`, i+1))
		b.Until(`document.querySelector(".line[aria-selected=true]")?.dataset.message`, fmt.Sprint(i+1))
		b.Until(`[...document.querySelectorAll("[role=tab]")].map((tab) => { tab.click(); return `+strange+`; }).join() `, "0,0")
	}
	b.Until(`/[\u0000-\u0008\u000e-\u001f\u202e\u2028]/.test(document.body.innerText)`, "false")
}

// TestTimeToFirstView says how long a page takes from the beginning of navigation until
// its overview is painted. It judges nothing: it depends on the machine.
func TestTimeToFirstView(t *testing.T) {
	file := os.Getenv("WSCOPE_REPORT")
	if file == "" {
		t.Skip("WSCOPE_REPORT names no page to open")
	}
	chromium := browsertest.Start(t)
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

// TestAccessibility asks axe-core (npm install axe-core), where WSCOPE_AXE names its axe.min.js.
func TestAccessibility(t *testing.T) {
	axe, err := os.ReadFile(os.Getenv("WSCOPE_AXE"))
	if err != nil {
		t.Skip("WSCOPE_AXE names no axe.min.js")
	}
	html, _, _ := write(t, Limits{}, 0, filepath.Join("..", "..", "..", "testdata", "demo.pcapng"))
	b := open(t, browsertest.Start(t), html)
	b.Do(cdppage.SetBypassCSP(true), chromedp.Reload(), chromedp.WaitReady(`html[data-ready]`, chromedp.ByQuery))
	for _, hash := range []string{"", "#flow=1", "#flow=3"} {
		b.Eval(`location.hash = "` + hash + `"`)
		b.Until(`Boolean(document.querySelector("article")) === `+fmt.Sprint(hash != ""), "true")
		for _, theme := range []string{"light", "dark"} {
			b.Eval(`document.documentElement.dataset.theme = "` + theme + `"`)
			var found []struct {
				ID, Impact, Help string
				Nodes            []struct{ HTML string }
			}
			b.Do(chromedp.Evaluate(string(axe)+`;axe.run(document, {resultTypes: ["violations"]}).then((r) => r.violations)`, &found,
				func(p *runtime.EvaluateParams) *runtime.EvaluateParams { return p.WithAwaitPromise(true) }))
			for _, v := range found {
				t.Errorf("%q, %s: %s (%s): %s: %.200s", hash, theme, v.ID, v.Impact, v.Help, v.Nodes[0].HTML)
			}
		}
	}
}
