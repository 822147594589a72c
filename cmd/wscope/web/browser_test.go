package web

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"wscope/analyzer/record"
	"wscope/analyzer/report/page/browsertest"
	"wscope/cmd/wscope/recent"
)

var hostile = []string{"</script><script>alert(1)</script>", "<img src=x onerror=alert(1)>", "javascript:alert(1)", "\u202egnp.exe\x1b[31m", "<!--", "{{script}}"}

// TestLivePageInABrowser follows a run in Chromium.
func TestLivePageInABrowser(t *testing.T) {
	if testing.Short() || os.Getenv("WSCOPE_SLOW") == "" {
		t.Skip("runs a browser for half a minute: WSCOPE_SLOW=1 asks for it")
	}
	chromium := browsertest.Start(t)
	p, s := serve(t, recent.Limits{Open: 1000, Ended: 60, Records: 1 << 20, Messages: 300, Payload: 1000, Bytes: 4 << 20})
	m := &traffic{p, zero, map[int64]*record.Flow{}}
	for i := range int64(40) {
		m.begin(i+1, fmt.Sprintf("/room/%d", i+1))
	}
	m.begin(41, "/"+hostile[1])
	m.update()
	own := func(url string) bool { return strings.HasPrefix(url, s.URL()) }
	b := browsertest.Open(t, chromium, s.URL(), own)
	counted := `document.querySelector("#flows output").textContent`
	status := `document.querySelector(".live [role=status]").textContent`

	t.Run("what there is is shown, and what comes comes", func(t *testing.T) {
		b.T = t
		b.Until(counted, "41 flows")
		b.Until(status, "Live")
		m.begin(42, "/late")
		m.update()
		b.Until(counted, "42 flows")
		m.say(1, "hello")
		m.update()
		b.Until(`document.querySelectorAll(".u-wrap canvas").length`, "2")
	})
	t.Run("lists do not jump", func(t *testing.T) {
		b.T = t
		b.Click(".c-number button")
		b.Eval(`document.querySelector("#flows .view").scrollTop = 300`)
		first := `[...document.querySelectorAll(".flows tbody tr[data-flow]")].find((r) => r.getBoundingClientRect().top >= document.querySelector(".flows tbody").parentElement.parentElement.getBoundingClientRect().top + 25).dataset.flow`
		was := b.Eval(first)
		for i := range int64(30) { // some before it end and fall out, others come
			m.now += 1e8
			m.begin(100+i, "/new")
			m.say(20, "hello")
		}
		m.update()
		b.Until(counted, "72 flows")
		if now := b.Eval(first); now != was {
			t.Errorf("flow %s stood there, now %s", was, now)
		}
	})
	t.Run("a conversation grows, and says what fell out", func(t *testing.T) {
		b.T = t
		b.Eval(`location.hash = "flow=20"`)
		b.Until(`document.querySelector(".lines [role=option]")?.getAttribute("aria-setsize")`, "31") // and the end so far
		for i := range 400 {
			m.now += 1e6
			m.say(20, fmt.Sprint(hostile[i%len(hostile)], i))
		}
		m.update()
		b.Until(`document.querySelector(".lines [role=option]")?.getAttribute("aria-setsize") > 300`, "true")
		b.Until(`document.querySelectorAll("main img, main script, main iframe, main [onerror], a[href]:not([href^='#'])").length`, "0")
		b.Eval(`location.hash = ""`)
		b.Until(`document.querySelector(".overview").hidden`, "false")
		b.Eval(`location.hash = "flow=20"`)
		b.Until(`document.querySelector(".lines [role=option]")?.getAttribute("aria-setsize")`, "301")
		b.Until(`document.querySelector(".flow .remarks").textContent.startsWith("130 messages of this flow fell out")`, "true")
		m.end(20, "the server reset it <b>hard</b>")
		m.update()
		b.Until(`document.querySelector(".about").textContent.includes("the server reset it <b>hard</b>")`, "true")
		b.Eval(`location.hash = ""`)
		b.Until(`document.querySelector(".endings li").textContent.startsWith("1 of 1 ended by the server's RST")`, "true")
	})
	t.Run("pause stands still, and going on catches up", func(t *testing.T) {
		b.T = t
		b.Click("#pause")
		b.Until(status, "Paused: the capture goes on")
		before := b.Eval(counted)
		m.begin(500, "/while-paused")
		m.update()
		time.Sleep(700 * time.Millisecond)
		b.Until(counted, before)
		b.Click("#pause")
		b.Until(counted, "73 flows")
	})
	t.Run("a filter stays, and stands in the address", func(t *testing.T) {
		b.T = t
		b.Do(chromedp.SendKeys("#flows input", "while-paused", chromedp.ByQuery))
		b.Until(counted, "1 of 73 flows")
		b.Until(`location.hash.includes("q=while-paused")`, "true")
		m.begin(501, "/other")
		m.update()
		b.Until(counted, "1 of 74 flows")
		b.Click("#flows .tools .clear")
	})
	t.Run("2,000 messages a second, in a browser of a sixth of the speed", func(t *testing.T) {
		b.T = t
		b.Do(emulation.SetCPUThrottlingRate(6))
		b.Eval(`location.hash = "flow=21"`)
		b.Until(`document.querySelector("article h2")?.textContent.startsWith("Flow 21 ")`, "true")
		tick := time.NewTicker(50 * time.Millisecond)
		defer tick.Stop()
		for range 100 { // five seconds
			<-tick.C
			for i := range 100 {
				m.now += 5e5
				m.say(21+int64(i%4), strings.Repeat("x", 200))
			}
			m.update()
		}
		b.Until(`[...document.querySelectorAll(".line[data-message]")].some((l) => Number(l.dataset.message) > 2490) || (document.querySelector(".talk .view").scrollTop = 1e9)`, "true")
		b.Do(emulation.SetCPUThrottlingRate(1))
		t.Logf("the page's heap: %s MB", b.Eval(`Math.round(performance.memory.usedJSHeapSize / 1e6)`))
		if left := p.Conversation(21, 0, 1<<40).Left; left != 2500-300 {
			t.Errorf("%d messages fell out", left)
		}
	})
	t.Run("the end is said, and what is there stays", func(t *testing.T) {
		b.T = t
		b.Eval(`location.hash = ""`)
		p.End()
		b.Until(status, "Ended: what is here stays")
		b.Until(counted, "74 flows")
	})
}
