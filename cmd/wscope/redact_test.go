package main

import (
	"encoding/base64"
	"encoding/binary"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The secrets of the capture below, each where one may stand.
var planted = map[string]string{
	"query":         "qv-S3cret-of-the-query",
	"cookie":        "ck-S3cret-of-the-cookie",
	"authorization": "QXV0aDpTM2NyZXQ=",
	"subprotocol":   "eyJhbGciOiJub25lIn0.eyJzdWIiOiJTM2NyZXQifQ.c2lnbmF0dXJlLVMzY3JldA",
	"header":        "hd-S3cret-of-a-header",
	"set-cookie":    "sc-S3cret-of-the-answer",
	"text":          "tx-S3cret-of-a-text",
	"binary":        "bn-S3cret-of-bytes\xff",
	"reason":        "rs-S3cret-of-the-close",
	"ping":          "pg-S3cret-of-a-ping",
	"event":         "ev-S3cret-of-an-event",
}

// talk is a capture of one connection as it is made, of raw IPv4 packets.
type talk struct {
	file []byte
	seq  [2]uint32
	time uint32
}

func (k *talk) send(from int, flags byte, data string) {
	ip := make([]byte, 40, 40+len(data))
	ip[0], ip[8], ip[9] = 0x45, 64, 6
	binary.BigEndian.PutUint16(ip[2:], uint16(40+len(data)))
	copy(ip[12:], []byte{10, 0, 0, byte(1 + from), 10, 0, 0, byte(2 - from)})
	ports := [2]uint16{51000, 80}
	binary.BigEndian.PutUint16(ip[20:], ports[from])
	binary.BigEndian.PutUint16(ip[22:], ports[1-from])
	binary.BigEndian.PutUint32(ip[24:], k.seq[from])
	binary.BigEndian.PutUint32(ip[28:], k.seq[1-from])
	ip[32], ip[33], ip[34] = 0x50, flags, 0xff
	packet := append(ip, data...)
	k.seq[from] += uint32(len(data)) + uint32(flags&1) + uint32(flags>>1&1)
	k.time++
	for _, v := range []uint32{1_800_000_000, k.time, uint32(len(packet)), uint32(len(packet))} {
		k.file = binary.LittleEndian.AppendUint32(k.file, v)
	}
	k.file = append(k.file, packet...)
}

// wsFrame is an unfragmented frame; a client's is masked with zeros.
func wsFrame(opcode byte, masked bool, data string) string {
	head := []byte{0x80 | opcode, byte(len(data))}
	if masked {
		head[1] |= 0x80
		head = append(head, 0, 0, 0, 0)
	}
	return string(head) + data
}

// secretCapture writes a capture with all of planted in it.
func secretCapture(t *testing.T) string {
	k := &talk{file: []byte("\xd4\xc3\xb2\xa1\x02\x00\x04\x00\x00\x00\x00\x00\x00\x00\x00\x00\xff\xff\x00\x00\x65\x00\x00\x00"), seq: [2]uint32{1000, 9000}}
	k.send(0, 2, "")
	k.send(1, 0x12, "")
	k.send(0, 0x10, "")
	k.send(0, 0x18, "GET /socket.io/?EIO=4&transport=websocket&token="+planted["query"]+" HTTP/1.1\r\nHost: shop.example\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"+
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nCookie: theme=dark; sid="+planted["cookie"]+"\r\n"+
		"Authorization: Basic "+planted["authorization"]+"\r\nX-Custom: "+planted["header"]+"\r\nSec-WebSocket-Protocol: chat, "+planted["subprotocol"]+"\r\n\r\n")
	k.send(1, 0x18, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"+
		"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\nSet-Cookie: a="+planted["set-cookie"]+"; Path=/\r\nSec-WebSocket-Protocol: "+planted["subprotocol"]+"\r\n\r\n")
	k.send(0, 0x18, wsFrame(1, true, planted["text"]))
	k.send(1, 0x18, wsFrame(1, false, `42["`+planted["event"]+`",{"n":1}]`))
	k.send(1, 0x18, wsFrame(1, false, planted["text"]))
	k.send(1, 0x18, wsFrame(2, false, planted["binary"]))
	k.send(0, 0x18, wsFrame(9, true, planted["ping"]))
	k.send(1, 0x18, wsFrame(8, false, "\x03\xe8"+planted["reason"]))
	k.send(0, 0x11, "")
	name := filepath.Join(t.TempDir(), "secrets.pcap")
	if err := os.WriteFile(name, k.file, 0o666); err != nil {
		t.Fatal(err)
	}
	return name
}

// TestRedactHidesEverySecret looks for the planted secrets, plain and in base64, in each
// output, and without --redact for at least one, so that the test cannot pass by blindness.
func TestRedactHidesEverySecret(t *testing.T) {
	capture := secretCapture(t)
	outputs := [][]string{
		{"summary"}, {"summary", "--format", "json"}, {"summary", "--format", "csv"},
		{"flows"}, {"flows", "--format", "csv"}, {"flows", "--format", "table"}, {"flows", "--format", "json"},
		{"messages"}, {"messages", "--format", "csv"}, {"messages", "--format", "table"},
		{"frames", "--payload"}, {"frames", "--payload", "--format", "csv"}, {"frames", "--payload", "--format", "table"},
		{"follow"}, {"follow", "--format", "ndjson"},
	}
	whole := ""
	for _, args := range outputs {
		open, _, _ := outputOf(t, append(args, capture)...)
		whole += open
		out, diag, status := outputOf(t, append(args, "--redact", capture)...)
		if status != 0 || out == "" {
			t.Errorf("%v: status %d, %d bytes; %s", args, status, len(out), diag)
		}
		for where, secret := range planted {
			for _, form := range forms(secret) {
				if strings.Contains(out, form) {
					t.Errorf("%v gives away the secret of the %s: %s", args, where, form)
				}
			}
		}
		if again, _, _ := outputOf(t, append(args, "--redact", "-j", "3", capture)...); again != out {
			t.Errorf("%v: other workers, other tokens", args)
		}
	}
	for where, secret := range planted {
		found := false
		for _, form := range forms(secret) {
			found = found || strings.Contains(whole, form)
		}
		if !found {
			t.Errorf("without --redact no output has the secret of the %s", where)
		}
	}
}

// TestRedactHidesInFiles looks for the planted secrets in the files that report and export make.
func TestRedactHidesInFiles(t *testing.T) {
	capture := secretCapture(t)
	dir := t.TempDir()
	for _, args := range [][]string{
		{"report", "-o", filepath.Join(dir, "page.html")}, {"export", "--to", "har", "-o", filepath.Join(dir, "a.har")},
		{"export", "--to", "csv", "-o", filepath.Join(dir, "csv")}, {"export", "--to", "zeek", "-o", filepath.Join(dir, "zeek")},
		{"export", "--to", "payloads", "-o", filepath.Join(dir, "payloads")},
	} {
		if _, diag, status := outputOf(t, append(args, "--redact", capture)...); status != 0 {
			t.Errorf("%v: %s", args, diag)
		}
	}
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		for where, secret := range planted {
			for _, form := range forms(secret) {
				if strings.Contains(string(b), form) {
					t.Errorf("%s gives away the secret of the %s", strings.TrimPrefix(path, dir), where)
				}
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// forms are the ways in which a secret may be written.
func forms(secret string) []string {
	return []string{
		secret, base64.StdEncoding.EncodeToString([]byte(secret)), strings.TrimRight(base64.RawURLEncoding.EncodeToString([]byte(secret)), "="),
		hexBytes(secret[:min(len(secret), 8)]),
	}
}

// hexBytes is how a table shows bytes.
func hexBytes(s string) string {
	var b strings.Builder
	for i := range len(s) {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(strings.ToLower(string("0123456789abcdef"[s[i]>>4]) + string("0123456789abcdef"[s[i]&15])))
	}
	return b.String()
}
