package upgrade

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"wscope/assembly/h2"

	wire "golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

// h2side writes what one side of an HTTP/2 connection sends.
type h2side struct {
	out bytes.Buffer
	blk bytes.Buffer
	fr  *wire.Framer
	enc *hpack.Encoder
}

func newH2Side() *h2side {
	p := new(h2side)
	p.fr = wire.NewFramer(&p.out, nil)
	p.fr.AllowIllegalWrites = true
	p.enc = hpack.NewEncoder(&p.blk)
	return p
}

// fragment encodes "name: value" lines.
func (p *h2side) fragment(fields ...string) []byte {
	p.blk.Reset()
	for _, f := range fields {
		i := strings.Index(f[1:], ":") + 1
		p.enc.WriteField(hpack.HeaderField{Name: f[:i], Value: strings.TrimSpace(f[i+1:])})
	}
	return p.blk.Bytes()
}

func (p *h2side) headers(id uint32, end bool, fields ...string) string {
	p.fr.WriteHeaders(wire.HeadersFrameParam{StreamID: id, EndHeaders: true, EndStream: end, BlockFragment: p.fragment(fields...)})
	return p.take()
}

// pieces is headers in HEADERS with padding and priority, and CONTINUATIONs of n bytes.
func (p *h2side) pieces(n int, id uint32, fields ...string) string {
	b := p.fragment(fields...)
	p.fr.WriteHeaders(wire.HeadersFrameParam{StreamID: id, BlockFragment: b[:n], PadLength: 7,
		Priority: wire.PriorityParam{StreamDep: 0, Weight: 10, Exclusive: true}})
	for b = b[n:]; len(b) > 0; b = b[min(n, len(b)):] {
		p.fr.WriteContinuation(id, len(b) <= n, b[:min(n, len(b))])
	}
	return p.take()
}

func (p *h2side) data(id uint32, end bool, b string) string {
	p.fr.WriteData(id, end, []byte(b))
	return p.take()
}

func (p *h2side) padded(id uint32, b string, pad int) string {
	p.fr.WriteDataPadded(id, false, []byte(b), make([]byte, pad))
	return p.take()
}

func (p *h2side) take() string {
	s := p.out.String()
	p.out.Reset()
	return s
}

func (p *h2side) settings(s ...wire.Setting) string { p.fr.WriteSettings(s...); return p.take() }
func (p *h2side) ack() string                       { p.fr.WriteSettingsAck(); return p.take() }
func (p *h2side) ping() string                      { p.fr.WritePing(false, [8]byte{}); return p.take() }
func (p *h2side) window(id uint32) string           { p.fr.WriteWindowUpdate(id, 99); return p.take() }
func (p *h2side) reset(id uint32, code wire.ErrCode) string {
	p.fr.WriteRSTStream(id, code)
	return p.take()
}
func (p *h2side) goAway(last uint32, code wire.ErrCode) string {
	p.fr.WriteGoAway(last, code, []byte("debug"))
	return p.take()
}

var (
	wsFields = []string{":method: CONNECT", ":protocol: websocket", ":scheme: https", ":path: /chat", ":authority: x",
		"sec-websocket-version: 13", "origin: https://x"}
	getFields  = []string{":method: GET", ":scheme: https", ":path: /", ":authority: x", "accept: */*"}
	okFields   = []string{":status: 200"}
	pageFields = []string{":status: 200", "content-type: text/html", "content-length: 5"}
)

func TestWebSocketOverHTTP2(t *testing.T) {
	c, s := newH2Side(), newH2Side()
	start := script{"A:" + h2.Preface + c.settings(), "B:" + s.settings(wire.Setting{ID: wire.SettingEnableConnectProtocol, Val: 1}) + s.ack(), "A:" + c.ack()}
	then := func(steps ...string) script { return append(start[:len(start):len(start)], steps...) }
	fresh := func() string { c, s = newH2Side(), newH2Side(); return "" }
	found := func(stream, at int) string {
		return fmt.Sprintf("1 found client=A http=2 stream=%d @%d,%d", stream, at, at)
	}
	hold(t, []behaviour{
		{name: fresh() + "one stream", script: then("A:"+c.headers(1, false, wsFields...), "B:"+s.headers(1, false, okFields...)+s.data(1, false, world),
			"A:"+c.data(1, false, hello), "A:"+c.data(1, true, ""), "B:"+s.data(1, true, world), "A.", "B."),
			want: []string{found(1, 4), "1 answered @5", "1 s: " + world, "1 c: " + hello, "1 c fin 0", "1 s: " + world, "1 s fin 0"}},
		{name: fresh() + "padding, priority, CONTINUATION, frames between", script: then("A:"+c.pieces(9, 3, wsFields...), "B:"+s.ping()+s.pieces(1, 3, ":status: 200", "x-a: b"),
			"A:"+c.padded(3, hello, 200)+c.window(3)+c.ping()+c.padded(3, hello, 0), "B:"+s.window(0)+s.padded(3, world, 1)),
			want: []string{found(3, 4), "1 answered @5", "1 c: " + hello + hello, "1 s: " + world}},
		{name: fresh() + "among other streams", script: then("A:"+c.headers(1, true, getFields...)+c.headers(3, false, wsFields...)+c.headers(5, true, getFields...),
			"B:"+s.headers(1, false, pageFields...)+s.headers(3, false, okFields...)+s.data(1, false, "he")+s.data(3, false, world)+s.data(1, true, "llo")+s.headers(5, false, pageFields...)+s.data(5, true, "hello")),
			want: []string{found(3, 4), "1 answered @5", "1 s: " + world}},
		{name: fresh() + "two at once", script: then("A:"+c.headers(1, false, wsFields...)+c.headers(3, false, wsFields...),
			"B:"+s.headers(3, false, okFields...)+s.headers(1, false, okFields...), "A:"+c.data(3, false, hello)+c.data(1, false, hello[:3]), "A:"+c.data(1, false, hello[3:]),
			"A:"+c.reset(1, wire.ErrCodeCancel), "B:"+s.data(1, false, world), "B:"+s.reset(3, wire.ErrCodeInternal), "A.", "B."),
			want: []string{found(1, 4), "2 found client=A http=2 stream=3 @4,4", "2 answered @5", "1 answered @5", "2 c: " + hello, "1 c: " + hello,
				"1 c rst 8", "1 s: " + world, "2 s rst 2", "1 s rst 8", "2 c rst 2"}},
		{name: fresh() + "refused", script: then("A:"+c.headers(1, false, wsFields...), "B:"+s.headers(1, false, ":status: 103")+s.headers(1, false, ":status: 403")+s.data(1, true, "no"),
			"A:"+c.reset(1, 0)+c.headers(3, false, wsFields...), "B:"+s.headers(3, false, okFields...)),
			want: []string{found(1, 4), "1 answered @5", "1 s fin 0", "1 c rst 0", "2 found client=A http=2 stream=3 @6,6", "2 answered @7"}},
		{name: fresh() + "frames before the answer", script: then("A:"+c.headers(1, false, wsFields...)+c.data(1, false, hello)+c.data(1, true, ""), "B:"+s.headers(1, false, okFields...)+s.data(1, false, world)),
			want: []string{found(1, 4), "1 answered @5", "1 c: " + hello, "1 c fin 0", "1 s: " + world}},
		{name: fresh() + "answer before the request", script: then("B:"+s.headers(1, false, okFields...)+s.data(1, false, world), "A:"+c.headers(1, false, wsFields...)),
			want: []string{found(1, 5), "1 answered @4", "1 s: " + world}},
		{name: fresh() + "GOAWAY", script: then("A:"+c.headers(1, false, wsFields...)+c.headers(3, false, wsFields...), "B:"+s.headers(1, false, okFields...)+s.goAway(1, wire.ErrCodeEnhanceYourCalm), "B.", "A."),
			want: []string{found(1, 4), "2 found client=A http=2 stream=3 @4,4", "1 answered @5", "2 s rst 11", "2 c rst 11", "1 s rst 11", "1 c rst 11"}},
		{name: fresh() + "graceful GOAWAY", script: then("A:"+c.headers(1, false, wsFields...), "B:"+s.headers(1, false, okFields...)+s.goAway(1, 0), "A.", "B."),
			want: []string{found(1, 4), "1 answered @5", "1 c fin 0", "1 s fin 0"}},
		{name: fresh() + "none", script: then("A:"+c.headers(1, true, getFields...), "B:"+s.headers(1, true, okFields...), "A.", "B."),
			want: []string{"other h2"}},
		{name: fresh() + "unanswered", script: then("A:"+c.headers(1, false, wsFields...)+c.data(1, false, hello), "A!", "B!"),
			want: []string{found(1, 4), "1 c: " + hello, "1 c rst 0", "1 s rst 0"}},
	})
}

func TestGapsInHTTP2(t *testing.T) {
	c, s := newH2Side(), newH2Side()
	open := script{"A:" + h2.Preface + c.settings() + c.headers(1, false, wsFields...), "B:" + s.settings() + s.headers(1, false, okFields...)}
	then := func(steps ...string) script { return append(open[:len(open):len(open)], steps...) }
	long := s.data(1, false, world+strings.Repeat("x", 100)+world)
	found := []string{"1 found client=A http=2 stream=1 @1,1", "1 answered @2"}
	hold(t, []behaviour{
		{name: "inside DATA", script: then("B:"+long[:9+7+10], "B-90", "B:"+long[9+7+100:]),
			want: append(found[:2:2], "1 s: "+world+strings.Repeat("x", 10), "1 s gap 90", "1 s: "+world)},
		{name: "to the end of DATA", script: then("B:"+long[:9+7], "B-107", "B:"+s.data(1, true, world)),
			want: append(found[:2:2], "1 s: "+world, "1 s gap 107", "1 s: "+world, "1 s fin 0")},
		{name: "over a frame's header", script: then("B:"+long[:9+7], "B-200", "B:"+long[50:]+s.data(1, false, world)+s.ping(), "B."),
			want: append(found[:2:2], "1 s: "+world, "1 s gap 107", "1 s gap -1", "1 s: "+world, "1 s fin 0")},
		{name: "headers after a lost block", script: then("A-?", "A:"+c.data(1, false, hello)+c.ping()+newH2Side().headers(3, false, wsFields...)),
			want: append(found[:2:2], "1 c gap -1", "1 c: "+hello, "2 found client=A http=2 stream=3 @4,4")},
	})
}

func TestHTTP2AfterAnUpgrade(t *testing.T) {
	c, s := newH2Side(), newH2Side()
	hold(t, []behaviour{{name: "h2c", script: script{
		"A:GET / HTTP/1.1\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n\r\n",
		"B:HTTP/1.1 101 Switching\r\nUpgrade: h2c\r\n\r\n" + s.settings() + s.headers(1, true, okFields...),
		"A:" + h2.Preface + c.settings() + c.headers(3, false, wsFields...), "B:" + s.headers(3, false, okFields...) + s.data(3, false, world)},
		want: []string{"1 found client=A http=2 stream=3 @3,3", "1 answered @4", "1 s: " + world}}})
}

func TestTunnelOverHTTP2(t *testing.T) {
	c, s := newH2Side(), newH2Side()
	hold(t, []behaviour{{name: "CONNECT", script: script{
		"A:" + h2.Preface + c.settings() + c.headers(1, false, ":method: CONNECT", ":authority: y:80") + c.data(1, false, ask[:20]),
		"B:" + s.settings() + s.headers(1, false, okFields...), "A:" + c.data(1, false, ask[20:]), "B:" + s.data(1, false, grant+world), "B:" + s.data(1, true, ""), "A.", "B."},
		want: []string{"1 found client=A http=1.1 via=h2-connect(y:80) @1,3", "1 answered @4", "1 s: " + world, "1 s fin 0", "1 c fin 0"}}})
}
