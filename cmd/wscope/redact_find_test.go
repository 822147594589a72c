package main

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"html"
	"io"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/klauspost/compress/flate"
)

// Looking for secrets in what a program wrote, however it wrote them.

var (
	base64Run = regexp.MustCompile(`[A-Za-z0-9+/_-]{8,}`)
	hexRun    = regexp.MustCompile(`(?i)(?:[0-9a-f]{2}[ :]?){6,}`)
	escapes   = regexp.MustCompile(`(?i)\\x([0-9a-f]{2})|\\u00([0-9a-f]{2})`)
)

// given reports whether a text gives a secret away.
func given(text string) bool { return gives(text) != "" }

// gives is the place of a secret in a text, with what stands around it; "" where there is none. It looks at the
// text itself and with escapes, HTML's entities, percent encoding, base64 and hexadecimal undone, and at what
// base64 holds in deflated form.
func gives(text string) string {
	for _, form := range []string{text, html.UnescapeString(text), unescaped(text), percent(text)} {
		for _, m := range []string{marker, kindMarker} {
			at := strings.Index(strings.ToLower(form), strings.ToLower(m))
			if at < 0 {
				continue
			}
			return form[max(0, at-60):min(len(form), at+40)]
		}
	}
	for _, run := range base64Run.FindAllString(text, -1) {
		run = strings.NewReplacer("-", "+", "_", "/").Replace(run)
		for skip := range 4 { // where it begins in the run is not known
			if len(run) < skip+8 {
				break
			}
			data, _ := base64.RawStdEncoding.DecodeString(run[skip:][:(len(run)-skip)/4*4])
			if bytes.Contains(data, []byte(marker)) {
				return "base64 " + run[:min(len(run), 60)]
			}
			if inflated, _ := io.ReadAll(flate.NewReader(bytes.NewReader(data))); skip == 0 && bytes.Contains(inflated, []byte(marker)) {
				return "deflated " + run[:min(len(run), 60)]
			}
		}
	}
	for _, run := range hexRun.FindAllString(text, -1) {
		data, _ := hex.DecodeString(strings.NewReplacer(" ", "", ":", "").Replace(run))
		if bytes.Contains(data, []byte(marker)) {
			return "hexadecimal " + run[:min(len(run), 60)]
		}
	}
	return ""
}

func unescaped(text string) string {
	return escapes.ReplaceAllStringFunc(text, func(s string) string {
		b, _ := hex.DecodeString(s[len(s)-2:])
		return string(b)
	})
}

func percent(text string) string {
	if !strings.Contains(text, "%") {
		return text
	}
	parts := strings.Split(text, "%")
	for i, p := range parts[1:] {
		if v, err := url.PathUnescape("%" + p); err == nil {
			parts[i+1] = v
		}
	}
	return strings.Join(parts, "")
}

// TestGivesSeesEveryForm plants the marker in each form that outputs may write.
func TestGivesSeesEveryForm(t *testing.T) {
	for name, text := range map[string]string{
		"plain": marker, "capitals": strings.ToUpper(marker), "base64": base64.StdEncoding.EncodeToString([]byte("xx" + marker + "yyy")),
		"hexadecimal": "53 33 63 72 33 74", "escaped": `\u0053` + marker[1:], "bytes": `\x533cr3t`, "percent": "%533cr3t", "entity": "&#83;3cr3t",
		"deflated": base64.StdEncoding.EncodeToString([]byte(deflated(secret("zip")))),
	} {
		if !given(text) {
			t.Errorf("%s: %q is not seen", name, text)
		}
	}
}
