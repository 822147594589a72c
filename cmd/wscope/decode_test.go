package main

import (
	"bytes"
	"compress/flate"
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"wscope/wsparse"
)

// decoding runs "wscope decode" on bytes, by a file or on standard input.
func decoding(t *testing.T, data []byte, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	var out, problems bytes.Buffer
	in := strings.NewReader("")
	if args[len(args)-1] == "-" {
		in = strings.NewReader(string(data))
	} else {
		path := filepath.Join(t.TempDir(), "bytes.bin")
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		args = append(args, path)
	}
	status = run(context.Background(), append([]string{"decode"}, args...), in, &out, &problems)
	return status, out.String(), problems.String()
}

// told makes a frame; key 0 is not masked.
func told(h wsparse.Header, key uint32, payload string) []byte {
	h.IsMasked, h.MaskKey = key != 0, key
	return wsparse.AppendFrame(nil, h, []byte(payload))
}

func TestDecodeTakesAFileOrStandardInput(t *testing.T) {
	data := append(told(wsparse.Header{Finished: true, Opcode: wsparse.Text}, 0x01020304, "hi"), told(wsparse.Header{Finished: true, Opcode: wsparse.Ping}, 0x05060708, "")...)
	status, file, problems := decoding(t, data, "--payload", "--format", "ndjson")
	if status != 0 || problems != "" || strings.Count(file, "\n") != 2 || !strings.Contains(file, `"payload_text":"hi"`) {
		t.Errorf("%d %s%s", status, file, problems)
	}
	status, pipe, problems := decoding(t, data, "--payload", "--format", "ndjson", "-")
	if status != 0 || problems != "" || pipe != file {
		t.Errorf("%d %s%s", status, pipe, problems)
	}
	if status, out, problems := decoding(t, data[:len(data)-7], "-"); status != 2 || !strings.Contains(problems, "wscope: -: offset 7: the bytes end inside a frame or message") || strings.Count(out, "\n") != 1 {
		t.Errorf("%d %s%s", status, out, problems)
	}
	if status, out, problems := decoding(t, nil, "-"); status != 0 || out != "" || problems != "" {
		t.Errorf("nothing: %d %s%s", status, out, problems)
	}
}

// --masked auto takes the first frame's word for who sends.
func TestDecodeMasked(t *testing.T) {
	masked := told(wsparse.Header{Finished: true, Opcode: wsparse.Text}, 0x01020304, "a")
	open := told(wsparse.Header{Finished: true, Opcode: wsparse.Text}, 0, "b")
	for _, test := range []struct {
		masked string
		data   []byte
		want   string // the rule on standard error
	}{
		{"auto", masked, ""},
		{"auto", open, ""},
		{"auto", append(bytes.Clone(masked), open...), "offset 8: error client-frame-not-masked"},
		{"auto", append(bytes.Clone(open), masked...), "offset 4: error server-frame-masked"},
		{"yes", masked, ""},
		{"yes", open, "offset 1: error client-frame-not-masked"},
		{"no", open, ""},
		{"no", masked, "offset 1: error server-frame-masked"},
	} {
		status, _, problems := decoding(t, test.data, "--masked", test.masked, "-")
		if status != 0 || !strings.Contains(problems, test.want) || (test.want == "") != (problems == "") {
			t.Errorf("--masked %s % x: %d %s", test.masked, test.data, status, problems)
		}
	}
	if status, _, problems := decoding(t, open, "--masked", "perhaps", "-"); status != 2 || !strings.Contains(problems, "none of yes, no, auto") {
		t.Errorf("%d %s", status, problems)
	}
}

func TestDecodeDeflate(t *testing.T) {
	var packed bytes.Buffer
	w, _ := flate.NewWriter(&packed, 9)
	var data []byte
	for range 2 {
		packed.Reset()
		fmt.Fprint(w, "the same words, and the same words again")
		w.Flush()
		data = append(data, told(wsparse.Header{Finished: true, Reserved: 4, Opcode: wsparse.Text}, 0x11223344,
			strings.TrimSuffix(packed.String(), "\x00\x00\xff\xff"))...)
	}
	for params, rule := range map[string]string{
		"permessage-deflate":                                "",
		"server_max_window_bits=10":                         "",
		"PERMESSAGE-DEFLATE; client_max_window_bits=\"12\"": "",
		"permessage-deflate; client_no_context_takeover":    "deflate-context-taken-over",
		"": "reserved-bits",
	} {
		args := []string{"--messages", "--deflate", params, "-"}
		status, out, problems := decoding(t, data, args...)
		n := strings.Count(out, `"text":"the same words, and the same words again","complete":true`)
		want := map[string]int{"": 2, "deflate-context-taken-over": 1}[rule]
		if status != 0 || n != want || !strings.Contains(problems, rule) || (rule == "") != (problems == "") {
			t.Errorf("--deflate %q: %d\n%s%s", params, status, out, problems)
		}
	}
	for _, bad := range []string{"server_max_window_bits=16", "x-webkit-deflate-frame", "permessage-deflate; permessage-deflate"} {
		if status, _, problems := decoding(t, data, "--deflate", bad, "-"); status != 2 || !strings.Contains(problems, "does not describe permessage-deflate") {
			t.Errorf("--deflate %q: %d %s", bad, status, problems)
		}
	}
}

// What is longer than --max-message is given in part, counted and hashed whole.
func TestDecodeBeyondTheLimit(t *testing.T) {
	text := strings.Repeat("grüße ", 100)
	data := append(told(wsparse.Header{Opcode: wsparse.Text}, 0x0badcafe, text[:301]), told(wsparse.Header{Finished: true}, 0x0defaced, text[301:])...)
	status, out, problems := decoding(t, data, "--messages", "--sha256", "--max-message", "20", "-")
	want := fmt.Sprintf(`"sha256":"%x"`, sha256.Sum256([]byte(text)))
	if status != 0 || problems != "" || !strings.Contains(out, want) || !strings.Contains(out, `"length":800,`) || !strings.Contains(out, `"complete":false`) {
		t.Errorf("%d %s%s, want %s", status, out, problems, want)
	}
	if _, out, _ := decoding(t, data, "--messages", "-"); strings.Contains(out, "sha256") || !strings.Contains(out, `"complete":true`) {
		t.Error(out)
	}
	status, out, problems = decoding(t, data, "--payload", "--max-message", "3", "-")
	if status != 0 || problems != "" || !strings.Contains(out, `"payload_text":"gr","cut":true`) {
		t.Errorf("%d %s%s", status, out, problems)
	}
}
