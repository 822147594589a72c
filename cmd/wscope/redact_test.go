package main

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// marker is in every secret, several times over, so that lines of hexadecimal and halves of fragments hold
// it whole.
const marker = "S3cr3t"

// kindMarker is in the names of kinds: diff takes what has digits in it for an identifier, and leaves it out.
const kindMarker = "Sesamoid"

// secret is one of the secrets: planted in the place that its name says.
func secret(place string) string { return place + strings.Repeat(marker, 4) }

// bearer is a secret that looks like somebody's token.
func bearer(place string) string {
	return "eyJhbGciOiJub25lIn0." + place + strings.Repeat(marker, 4) + ".c2lnbmF0dXJl"
}

// talk is a capture of connections as it is made, of raw IPv4 packets.
type talk struct {
	file []byte
	seq  [2]uint32
	port uint16
	time uint32
}

func newTalk() *talk {
	return &talk{file: []byte("\xd4\xc3\xb2\xa1\x02\x00\x04\x00\x00\x00\x00\x00\x00\x00\x00\x00\xff\xff\x00\x00\x65\x00\x00\x00"), port: 51000}
}

// begin shakes hands for another connection.
func (k *talk) begin() {
	k.port++
	k.seq = [2]uint32{1000, 9000}
	k.send(0, 2, "")
	k.send(1, 0x12, "")
	k.send(0, 0x10, "")
}

func (k *talk) send(from int, flags byte, data string) {
	ip := make([]byte, 40, 40+len(data))
	ip[0], ip[8], ip[9] = 0x45, 64, 6
	binary.BigEndian.PutUint16(ip[2:], uint16(40+len(data)))
	copy(ip[12:], []byte{10, 0, 0, byte(1 + from), 10, 0, 0, byte(2 - from)})
	ports := [2]uint16{k.port, 80}
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

// wsFrame is a frame; head is its first byte. A client's is masked with zeros.
func wsFrame(head byte, masked bool, data string) string {
	out := []byte{head}
	mask := byte(0)
	if masked {
		mask = 0x80
	}
	if len(data) < 126 {
		out = append(out, mask|byte(len(data)))
	} else {
		out = append(out, mask|126, byte(len(data)>>8), byte(len(data)))
	}
	if masked {
		out = append(out, 0, 0, 0, 0)
	}
	return string(out) + data
}

// deflated is a message as permessage-deflate has it, RFC 7692 §7.2.1.
func deflated(data string) string {
	var b bytes.Buffer
	w, _ := flate.NewWriter(&b, 9)
	w.Write([]byte(data))
	w.Flush()
	return strings.TrimSuffix(b.String(), "\x00\x00\xff\xff")
}

// secretFrames are what the server of the first connection says.
func secretFrames(id string) []string {
	return []string{
		wsFrame(0x81, false, `42["ev`+kindMarker+id+`",{"n":1,"s":"\u0053\/`+secret("json"+id)+`"}]`),
		wsFrame(0x81, false, secret("text"+id)),
		wsFrame(0x81, false, `{"type":"kd`+kindMarker+id+`","price":"`+secret("price"+id)+`"}`),
		wsFrame(0x01, false, secret("first half")), wsFrame(0x80, false, secret("second half")),
		wsFrame(0xc1, false, deflated(secret("compressed"+id))),
		wsFrame(0x82, false, "\xff\x00"+secret("binary")),
		wsFrame(0x81, false, "\xff"+secret("invalid")),
		wsFrame(0x89, false, secret("ping")),
		wsFrame(0x88, false, "\x03\xe8"+secret("reason")),
	}
}

// secretCapture writes a capture with a secret wherever one may stand.
func secretCapture(t *testing.T, id string) string {
	k := newTalk()
	k.begin()
	k.send(0, 0x18, "GET /socket.io/"+bearer("segment")+"?EIO=4&transport=websocket&token="+secret("query")+"#"+secret("fragment")+
		" HTTP/1.1\r\nHost: shop.example\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nOrigin: http://u:"+secret("user")+"@shop.example\r\n"+
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nCookie: theme=dark; sid="+secret("cookie")+"\r\n"+
		"Authorization: Basic "+secret("authorization")+"\r\nX-Custom: "+secret("header")+"\r\nSec-WebSocket-Protocol: chat, "+bearer("offered")+"\r\n"+
		"Sec-WebSocket-Extensions: permessage-deflate, x-own; key="+bearer("extension")+"\r\n\r\n")
	k.send(1, 0x18, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"+
		"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\nSec-WebSocket-Extensions: permessage-deflate\r\n"+
		"Set-Cookie: a="+secret("set-cookie")+"; Path=/\r\nSec-WebSocket-Protocol: "+bearer("not offered")+"\r\n\r\n")
	k.send(0, 0x18, wsFrame(0x81, true, secret("client")))
	for _, f := range secretFrames(id) {
		k.send(1, 0x18, f)
	}
	k.send(0, 0x18, wsFrame(0x8a, true, secret("pong")))
	k.send(0, 0x11, "")
	k.send(1, 0x11, "")
	k.begin()
	k.send(0, 0x18, "GET /refused?"+secret("bare query")[5:]+" HTTP/1.1\r\nHost: shop.example\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"+
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
	body := secret("body") + "\nand more\n"
	k.send(1, 0x18, "HTTP/1.1 403 "+secret("status")+"\r\nLocation: https://login.example/?next="+secret("location")+
		"\r\nContent-Type: text/plain\r\nContent-Length: "+fmt.Sprint(len(body))+"\r\n\r\n"+body)
	k.send(1, 0x11, "")
	k.send(0, 0x11, "")
	name := filepath.Join(t.TempDir(), "secrets.pcap")
	if err := os.WriteFile(name, k.file, 0o666); err != nil {
		t.Fatal(err)
	}
	return name
}

// TestRedactHidesEverySecret looks for the secrets in each output that goes to standard output or standard
// error, and without --redact for at least one in most, so that the test cannot pass by blindness.
func TestRedactHidesEverySecret(t *testing.T) {
	capture, other := secretCapture(t, "1"), secretCapture(t, "2")
	dir := t.TempDir()
	raw, rules := filepath.Join(dir, "raw"), filepath.Join(dir, "rules.yaml")
	if err := os.WriteFile(raw, []byte(strings.Join(secretFrames("1"), "")), 0o666); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(rules, []byte(quotingRules), 0o666); err != nil {
		t.Fatal(err)
	}
	var outputs [][]string
	for _, command := range [][]string{
		{"summary", capture}, {"flows", capture}, {"messages", capture}, {"messages", "--max-payload", "20", capture},
		{"frames", "--payload", capture}, {"follow", "--flow", "1", capture}, {"follow", "--flow", "2", capture},
		{"decode", "--payload", raw}, {"decode", "--messages", "--deflate", "permessage-deflate", raw},
	} {
		for _, format := range []string{"table", "json", "ndjson", "csv"} {
			if command[0] == "follow" && (format == "csv" || format == "ndjson" && command[2] == "2") {
				continue
			}
			outputs = append(outputs, append([]string{command[0], "--format", format}, command[1:]...))
		}
	}
	for _, format := range []string{"text", "json", "markdown"} {
		outputs = append(outputs, []string{"check", "--rules", rules, "--baseline", other, "--format", format, "--github", capture})
	}
	outputs = append(outputs, []string{"check", "--rules", rules, "--tap", capture})
	for _, format := range []string{"text", "json", "markdown", "html"} {
		outputs = append(outputs, []string{"diff", "--format", format, other, capture})
	}
	t.Setenv("GITHUB_STEP_SUMMARY", "")
	seen := 0
	for _, args := range outputs {
		open, diag, plain := outputOf(t, args...)
		if given(open + diag) {
			seen++
		} else {
			t.Logf("without --redact nothing is seen in %v", args[:3])
		}
		hidden, diag, status := outputOf(t, append(args, "--redact")...)
		if status != plain || hidden == "" {
			t.Errorf("%v: status %d, %d without --redact; %d bytes; %s", args, status, plain, len(hidden), diag)
		}
		if where := gives(hidden + "\n" + diag); where != "" {
			t.Errorf("%v gives away: %s", args, where)
		}
		if args[0] == "decode" {
			continue // it has no workers
		}
		if again, _, _ := outputOf(t, append(args, "--redact", "-j", "3")...); again != hidden {
			t.Errorf("%v: other workers, other tokens", args)
		}
	}
	if seen < len(outputs)-2 {
		t.Errorf("only %d of %d outputs show a secret without --redact", seen, len(outputs))
	}
}

// quotingRules quote in their reports whatever rules can quote.
const quotingRules = `version: 1
rules:
  - name: text
    scope: message
    where: type != "close"
    expect: 'false'
    message: "text {{text}} of {{json}} at {{flow.http.path}}, {{flow.close.reason}}"
  - name: flow
    scope: flow
    expect: 'http.status == 0'
    message: "{{http.path}} {{http.request_headers}} {{handshake.subprotocol}} {{http.body}} {{close.reason}}"
  - name: capture
    scope: capture
    expect: 'false'
    message: "{{paths}} {{subprotocols}}"
  - use: payload-schema
    with: {messages: json != nil, schema: {properties: {price: {pattern: "^[0-9]+$"}, type: {maxLength: 3}}}}
  - use: no-secrets-in-clear
  - no-errors
  - no-warnings
`

// TestRedactGivesASecretOneToken has the same text stand for the same secret in all outputs of a capture.
func TestRedactGivesASecretOneToken(t *testing.T) {
	capture := secretCapture(t, "1")
	messages, _, _ := outputOf(t, "messages", "--redact", capture)
	client := field(t, messages, `"from":"client","type":"text"`, `"text":"`)
	for _, args := range [][]string{{"follow", "--flow", "1"}, {"messages", "--format", "csv"}, {"frames", "--payload", "--format", "json"}} {
		if out, _, _ := outputOf(t, append(append(args, "--redact"), capture)...); !strings.Contains(out, client) {
			t.Errorf("%v does not have %s", args, client)
		}
	}
	flows, _, _ := outputOf(t, "flows", "--redact", capture)
	if query := field(t, flows, `"flow":1,`, "&token="); strings.Count(flows, query) < 1 || query == client {
		t.Errorf("the query's token is %s", query)
	}
}

// field is what stands behind a mark in the line that holds another, up to the end of a token.
func field(t *testing.T, lines, line, mark string) string {
	t.Helper()
	for l := range strings.Lines(lines) {
		if _, rest, ok := strings.Cut(l, mark); ok && strings.Contains(l, line) {
			if head, _, ok := strings.Cut(rest, "›"); ok {
				return head + "›"
			}
		}
	}
	t.Fatalf("no %s in\n%s", mark, lines)
	return ""
}
