// Command pictures makes the pictures of the documents from the program itself: the report page and the live page, in a
// headless Chromium.
//
//	go run ./cmd/wscope/e2e/pictures bin/wscope testdata/why/crash-herd.pcap.gz FOLDER
//
// README shows page.png and, as live.png, live-flow.png: a flow that is open.
package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"image"
	"image/draw"
	"image/png"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

func main() {
	if len(os.Args) < 4 {
		fmt.Fprintln(os.Stderr, "usage: pictures WSCOPE CAPTURE… FOLDER")
		os.Exit(2)
	}
	last := len(os.Args) - 1
	if err := run(os.Args[1], os.Args[2:last], os.Args[last]); err != nil {
		fmt.Fprintln(os.Stderr, "pictures:", err)
		os.Exit(1)
	}
}

func run(wscope string, captures []string, folder string) error {
	html, err := os.CreateTemp("", "pictures-*.html")
	if err != nil {
		return err
	}
	html.Close()
	defer os.Remove(html.Name())
	if out, err := exec.Command(wscope, append(append([]string{"report"}, captures...), "-o", html.Name())...).CombinedOutput(); err != nil {
		return fmt.Errorf("report: %w: %s", err, out)
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.NoSandbox, chromedp.DisableGPU, chromedp.WindowSize(1280, 800))
	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	defer stop()
	browser, end := chromedp.NewContext(allocator)
	defer end()
	page := "file://" + html.Name()
	for _, p := range []struct {
		name, hash    string
		width, height int64
	}{{"page", "", 1280, 860}, {"page-narrow", "", 600, 900}, {"page-wide", "", 1900, 1000}, {"flow", "#flow=1&message=1", 1280, 860}} {
		if err := picture(browser, page+p.hash, p.width, p.height, filepath.Join(folder, p.name+".png")); err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
	}
	return live(browser, wscope, captures[0], folder)
}

// live feeds a capture to report --web and takes pictures of its page.
func live(browser context.Context, wscope, capture, folder string) error {
	cmd := exec.Command(wscope, "report", "--web", "-")
	in, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	said, err := cmd.StderrPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	defer cmd.Wait()
	defer in.Close()
	line, err := bufio.NewReader(said).ReadString('\n')
	if err != nil {
		return err
	}
	url := regexp.MustCompile(`http://\S+`).FindString(line)
	f, err := os.Open(capture)
	if err != nil {
		return err
	}
	defer f.Close()
	go io.Copy(in, f)
	time.Sleep(time.Second)
	if err := picture(browser, url, 1280, 860, filepath.Join(folder, "live.png")); err != nil {
		return fmt.Errorf("live: %w", err)
	}
	return picture(browser, url+"#flow=20", 1280, 860, filepath.Join(folder, "live-flow.png"))
}

// picture saves what an address looks like.
func picture(browser context.Context, url string, width, height int64, file string) error {
	tab, end := chromedp.NewContext(browser)
	defer end()
	tab, expire := context.WithTimeout(tab, time.Minute)
	defer expire()
	var shot []byte
	err := chromedp.Run(tab, emulation.SetDeviceMetricsOverride(width, height, 1, false), chromedp.Navigate(url),
		chromedp.WaitReady(`html[data-ready]`, chromedp.ByQuery), chromedp.Sleep(time.Second), chromedp.CaptureScreenshot(&shot))
	if err != nil {
		return err
	}
	full, err := png.Decode(bytes.NewReader(shot))
	if err != nil {
		return err
	}
	out, err := os.Create(file)
	if err != nil {
		return err
	}
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(out, fewColours(full)); err != nil {
		return err
	}
	return out.Close()
}

// fewColours takes the picture's most frequent colours for a palette, which makes its file a third.
func fewColours(full image.Image) image.Image {
	counts := map[[3]uint8]int{}
	b := full.Bounds()
	rgba := image.NewRGBA(b)
	draw.Draw(rgba, b, full, b.Min, draw.Src)
	for i := 0; i < len(rgba.Pix); i += 4 {
		counts[[3]uint8{rgba.Pix[i] &^ 7, rgba.Pix[i+1] &^ 7, rgba.Pix[i+2] &^ 7}]++
	}
	out := image.NewPaletted(b, palette(counts))
	draw.Draw(out, b, rgba, b.Min, draw.Src)
	return out
}
