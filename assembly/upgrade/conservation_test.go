package upgrade_test

import (
	"bytes"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"wscope/assembly"
	"wscope/assembly/capture"
	"wscope/assembly/link"
	"wscope/assembly/packet"
	"wscope/assembly/tlsopen"
	"wscope/assembly/upgrade"
	"wscope/wsparse"
)

// An account is that of a connection's bytes, of both sides.
type account struct {
	conn   *assembly.Conn
	spent  int64 // by upgrade, for heads and others
	given  int64 // to WebSockets
	framed int64 // of them: of frames
	unread int64 // of them: of no frame
	sealed int64 // TLS: records less what was opened
}

// books are the accounts of a capture.
type books struct {
	accounts map[*assembly.Conn]*account
	captured map[link.Key]int64 // payload bytes, by the ends of connections
	webs     int
}

func (b *books) of(c *assembly.Conn) *account {
	a := b.accounts[c]
	if a == nil {
		a = &account{conn: c}
		b.accounts[c] = a
	}
	return a
}

// both is one key for both directions and any tunnel.
func both(k link.Key) link.Key {
	k.Tunnel = 0
	r := k.Reverse()
	if n := bytes.Compare(r.Src[:], k.Src[:]); n < 0 || n == 0 && r.SrcPort < k.SrcPort {
		return r
	}
	return k
}

// web is a WebSocket, whose bytes are read as frames.
type web struct {
	*account
	info    *upgrade.WebSocket
	streams [2]*wsparse.Stream
}

func (w *web) open() {
	if w.streams[0] != nil {
		return
	}
	for i, role := range [2]wsparse.Role{wsparse.FromClient, wsparse.FromServer} {
		cfg := wsparse.StreamConfig{From: role, Frames: true, Midstream: w.info.Handshake == nil, Aligned: w.info.Aligned[i]}
		w.streams[i] = wsparse.NewStream(cfg)
	}
}

func (w *web) Answered(*assembly.Mark) { w.open() }

func (w *web) Data(from wsparse.Role, b []byte, _ *assembly.Mark) {
	w.open()
	w.given += int64(len(b))
	s := w.streams[from-wsparse.FromClient]
	s.Feed(b)
	w.take(s)
}

func (w *web) Gap(from wsparse.Role, n int64, _ assembly.Cause, _ *assembly.Mark) {
	w.open()
	s := w.streams[from-wsparse.FromClient]
	s.Gap(n)
	w.take(s)
}

func (w *web) End(from wsparse.Role, _ assembly.Cause, _ uint64, _ *assembly.Mark) {
	w.open()
	s := w.streams[from-wsparse.FromClient]
	s.End()
	w.take(s)
	before, behind := s.Unread()
	w.unread += before + behind
}

func (w *web) take(s *wsparse.Stream) {
	var ev wsparse.Event
	for s.Next(&ev) {
		if ev.Kind != wsparse.FramePart {
			continue
		}
		w.framed += int64(ev.Len)
		if ev.First {
			w.framed += int64(ev.Header.Size())
		}
	}
}

// sealedIn counts what goes into the opening of TLS, and openedBy what comes out.
type sealedIn struct {
	assembly.Handler
	*account
}

func (s sealedIn) Data(x assembly.Side, b []byte, at *assembly.Mark) {
	s.sealed += int64(len(b))
	s.Handler.Data(x, b, at)
}

type openedBy struct {
	assembly.Handler
	*account
}

func (o openedBy) Data(x assembly.Side, b []byte, at *assembly.Mark) {
	o.sealed -= int64(len(b))
	o.Handler.Data(x, b, at)
}

// read reads a capture into books; nil where it is none.
func read(path string, skip func(n int64) bool, waiting *upgrade.Waiting) *books {
	source, err := capture.Open([]string{path}, capture.Options{})
	if err != nil {
		return nil
	}
	defer source.Close()
	b := &books{accounts: map[*assembly.Conn]*account{}, captured: map[link.Key]int64{}}
	keys := tlsopen.NewKeys()
	if log, err := os.ReadFile(strings.TrimSuffix(path, filepath.Ext(path)) + ".keys"); err == nil {
		keys.Add(log)
	}
	hooks := &upgrade.Hooks{
		Waiting: waiting,
		Found: func(ws *upgrade.WebSocket, _ *assembly.Mark) upgrade.Receiver {
			if ws.Conn == nil {
				return nil
			}
			b.webs++
			return &web{account: b.of(ws.Conn), info: ws}
		},
		Security: func(c *assembly.Conn, client assembly.Side, inner assembly.Handler) (assembly.Handler, any) {
			a := b.of(c)
			h, info := tlsopen.New(c, client, openedBy{inner, a}, tlsopen.Options{Keys: keys})
			return sealedIn{h, a}, info
		},
		Spent: func(c *assembly.Conn, _ assembly.Side, n int64, _ upgrade.Spending) { b.of(c).spent += n },
	}
	tcp := assembly.Assembler{New: func(c *assembly.Conn) assembly.Handler {
		b.of(c)
		return upgrade.New(c, hooks)
	}, Unused: func(c *assembly.Conn, _ assembly.Cause) { b.of(c) }}
	var d link.Decoder
	var batch packet.Batch
	var last packet.Mark
	for err == nil {
		err = source.Read(&batch)
		for i := range batch.Secrets {
			keys.Add(batch.Secrets[i].Data)
		}
		for i := range batch.Packets {
			var s link.Segment
			p := &batch.Packets[i]
			last = p.Mark
			if skip != nil && skip(p.Mark.Number) || !d.Decode(p, &s) || s.UDP {
				continue
			}
			b.captured[both(s.Key)] += int64(len(s.Payload))
			tcp.Segment(&s)
		}
	}
	if err != io.EOF {
		return nil
	}
	tcp.Finish(&last)
	return b
}

// check holds the accounts of all connections whose bytes were wanted.
func (b *books) check(t *testing.T, name string) (conns int) {
	several := false
	accounted, unknown := map[link.Key]int64{}, map[link.Key]bool{}
	for c, a := range b.accounts {
		k := both(c.Key)
		if n, _ := c.Subflows(); n > 0 { // its bytes come by several paths
			several = true
		}
		if c.Ignored {
			unknown[k] = true
			continue
		}
		delivered := int64(0)
		for _, x := range [2]assembly.Side{assembly.A, assembly.B} {
			s := c.Stats(x)
			delivered += s.Bytes
			accounted[k] += s.Captured()
		}
		if delivered != a.spent+a.given+a.sealed || a.sealed < 0 || a.given != a.framed+a.unread {
			t.Errorf("%s: port %d: %d bytes in order: %d for heads and others, %d in TLS records, %d of WebSockets, of which %d are frames and %d are not",
				name, c.Key.SrcPort, delivered, a.spent, a.sealed, a.given, a.framed, a.unread)
		}
		conns++
	}
	for k, n := range accounted {
		if !unknown[k] && !several && n != b.captured[k] {
			t.Errorf("%s: port %d: %d bytes captured, %d accounted for", name, k.SrcPort, b.captured[k], n)
		}
	}
	if several && len(unknown) == 0 && total(accounted) != total(b.captured) {
		t.Errorf("%s: %d bytes captured, %d accounted for", name, total(b.captured), total(accounted))
	}
	return conns
}

func total(by map[link.Key]int64) (sum int64) {
	for _, n := range by {
		sum += n
	}
	return sum
}

const noRoom = " without every 17th, where nothing may wait"

// TestConservation holds that every byte of a connection is accounted for once, over all captures
// there are, whole and with losses.
func TestConservation(t *testing.T) {
	files, conns, webs := 0, 0, 0
	for _, dir := range []string{"../../testdata", "../../../shared/corpus", "../../../shared/faults/in", os.Getenv("WSCOPE_CAPTURES")} {
		if dir == "" {
			continue
		}
		_ = filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
			if err != nil || !e.Type().IsRegular() || !strings.Contains(filepath.Ext(path), "cap") {
				return nil
			}
			if info, err := e.Info(); err != nil || info.Size() > 4<<20 {
				return nil
			}
			for name, skip := range map[string]func(int64) bool{
				"":                      nil,
				" without every 13th":   func(n int64) bool { return n%13 == 7 },
				" from the 20th packet": func(n int64) bool { return n < 20 },
				noRoom:                  func(n int64) bool { return n%17 == 5 },
			} {
				var waiting *upgrade.Waiting
				if name == noRoom {
					waiting = upgrade.NoWaiting()
				}
				b := read(path, skip, waiting)
				if b == nil {
					return nil
				}
				if n := waiting.Kept(); n != 0 {
					t.Errorf("%s%s: %d bytes wait after the end", path, name, n)
				}
				conns += b.check(t, path+name)
				webs += b.webs
			}
			files++
			return nil
		})
	}
	if files < 40 || webs < 100 {
		t.Errorf("only %d captures with %d WebSockets", files, webs)
	}
	t.Logf("%d captures, each whole and damaged three times: %d connections, %d WebSockets", files, conns, webs)
}
