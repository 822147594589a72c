package screen

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"wscope/analyzer/record"
	"wscope/cmd/wscope/recent"
)

var update = flag.Bool("update", false, "renew the golden views")

const zero = record.Time(1795361696e9) // 2026-11-22T15:34:56Z

// scene is traffic of some flows and a screen of it.
func scene() (*recent.Traffic, *Model) {
	b := recent.New(recent.ForScreen)
	b.Batch(zero)
	for i := range int64(30) {
		f := &record.Flow{Flow: i + 1, Pickup: "handshake", Start: zero, End: zero,
			Client: record.Endpoint{IP: "10.0.0.1", Port: uint16(50000 + i)}, Server: record.Endpoint{IP: "192.168.0.1", Port: 8080},
			HTTP:      &record.HTTP{Host: "chat.example.com", Path: fmt.Sprintf("/room/%d", i+1)},
			Handshake: &record.Handshake{Result: "accepted"}}
		if i == 7 {
			f.HTTP.Path = "/\x1b[31mhostile\x07"
		}
		b.FlowBegun(f)
		for s := range 12 {
			b.Batch(zero + record.Time(s)*1e9)
			f.ClientToServer.Messages.Text += i % 7
			f.ClientToServer.WireBytes += 100 * i
			f.ServerToClient.Messages.Binary += int64(s) % 3
			b.FlowUpdate(f)
		}
		if i%10 == 9 {
			code := 1000 + int(i)
			f.Close = &record.Closing{How: "handshake", Code: &code}
			f.Findings = []record.Finding{{Rule: "close-code-invalid", Severity: "error", Detail: "code 1005", Count: 2}}
			b.FlowEnded(f)
		}
	}
	for i := range 40 {
		from := []string{"client", "server"}[i%2]
		b.Message(&record.Message{Flow: 10, Message: int64(i + 1), From: record.Peer(from), Type: "text", Time: zero + record.Time(i)*5e6, Length: int64(i),
			IsText: true, Data: []byte(fmt.Sprintf(`{"n":%d,"text":"…`+"\x1b[2J"+`"}`, i))})
	}
	code := 1009
	b.Message(&record.Message{Flow: 10, Message: 41, From: "server", Type: "close", Time: zero + 1e9, Code: &code, Reason: "bye"})
	b.Message(&record.Message{Flow: 10, Message: 42, From: "server", Type: "binary", Time: zero + 2e9, Length: 3, Data: []byte{1, 2, 255}})
	return b, New(b, func() Status { return Status{Interfaces: "veth0", Packets: 12345, Dropped: 3, LetGo: 2} })
}

// press sends keys: names, or "/text" as typed.
func press(m *Model, keys ...string) (quit bool) {
	codes := map[string]rune{"up": tea.KeyUp, "down": tea.KeyDown, "pgdown": tea.KeyPgDown, "end": tea.KeyEnd, "home": tea.KeyHome,
		"enter": tea.KeyEnter, "esc": tea.KeyEscape, "backspace": tea.KeyBackspace}
	for _, k := range keys {
		msg := tea.KeyPressMsg{Code: codes[k]}
		if msg.Code == 0 {
			msg.Code, msg.Text = []rune(k)[0], k
		}
		_, cmd := m.Update(msg)
		if cmd != nil {
			if _, ok := cmd().(tea.QuitMsg); ok {
				quit = true
			}
		}
	}
	return quit
}

// TestViews compares what is drawn with the golden views of testdata; -update renews them.
func TestViews(t *testing.T) {
	for _, v := range []struct {
		name          string
		width, height int
		keys          []string
	}{
		{"list", 140, 20, nil},
		{"narrow", 60, 12, nil},
		{"tiny", 24, 6, nil},
		{"too-small", 20, 3, nil},
		{"scrolled", 100, 12, []string{"pgdown", "pgdown", "down"}},
		{"sorted-by-messages", 100, 12, []string{"s", "s", "r"}},
		{"filter", 100, 12, []string{"/", "r", "o", "o", "m", "/", "2"}},
		{"filter-findings", 100, 12, []string{"/", "!", "enter"}},
		{"filter-none", 100, 12, []string{"/", "z", "z", "enter"}},
		{"help", 100, 20, []string{"?"}},
		{"open", 100, 20, []string{"/", "!", "enter", "end", "enter"}},
		{"open-scrolled", 100, 20, []string{"/", "!", "enter", "end", "enter", "home"}},
		{"help-small", 40, 12, []string{"?"}},
		{"usual", 80, 24, nil},
		{"small", 40, 12, []string{"/", "r", "o", "o", "m", "enter"}},
		{"large", 200, 50, nil},
		{"open-small", 40, 12, []string{"/", "!", "enter", "end", "enter", "home", "p"}},
		{"paused", 100, 8, []string{"p"}},
	} {
		t.Run(v.name, func(t *testing.T) {
			_, m := scene()
			m.Update(tea.WindowSizeMsg{Width: v.width, Height: v.height})
			press(m, v.keys...)
			lines := m.lines()
			for i := range lines {
				lines[i] = strings.TrimRight(ansi.Strip(lines[i]), " ")
			}
			got := strings.Join(lines, "\n") + "\n"
			path := filepath.Join("testdata", v.name+".txt")
			if *update {
				if err := os.WriteFile(path, []byte(got), 0o666); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("got\n%swant\n%s", got, want)
			}
		})
	}
}

// TestFits draws every screen at every size: no line is wider than the terminal, none is
// below it, and nothing of the capture drives it.
func TestFits(t *testing.T) {
	for _, keys := range [][]string{nil, {"?"}, {"/", "c"}, {"enter"}, {"/", "1", "0", "enter", "enter"}} {
		_, m := scene()
		press(m, keys...)
		for width := range 150 {
			for _, height := range []int{0, 1, 5, 6, 7, 24, 60} {
				m.Update(tea.WindowSizeMsg{Width: width, Height: height})
				lines := m.lines()
				if len(lines) > height {
					t.Fatalf("%v: %d lines on %dx%d", keys, len(lines), width, height)
				}
				for _, l := range lines {
					if n := ansi.StringWidth(l); n > width {
						t.Fatalf("%v: %d columns on %dx%d: %q", keys, n, width, height, l)
					}
					if strings.Contains(l, "\x1b[2J") || strings.Contains(l, "\x07") || strings.Contains(l, "\n") {
						t.Fatalf("%q drives the terminal", l)
					}
				}
			}
		}
	}
}

// TestKeys walks through the screen by its keys.
func TestKeys(t *testing.T) {
	b, m := scene()
	first := m.chosen
	press(m, "down")
	if m.chosen == first {
		t.Error("down does not move")
	}
	press(m, "p")
	begun := m.look.Begun
	b.FlowBegun(&record.Flow{Flow: 99})
	m.Update(tick{})
	if m.look.Begun != begun {
		t.Error("the picture does not stand")
	}
	press(m, "p")
	if m.look.Begun != begun+1 {
		t.Error("the picture does not go on")
	}
	press(m, "/", "q", "backspace", "1", "0", "enter")
	if m.typing || m.filter != "10" {
		t.Errorf("filter %q", m.filter)
	}
	press(m, "esc")
	if m.filter != "" || press(m, "down") || !press(m, "q") {
		t.Error("esc does not forget the filter, or q does not quit")
	}
}

// TestScrolledStands holds that what is read of a conversation stays where it is while
// messages come.
func TestScrolledStands(t *testing.T) {
	b, m := scene()
	m.Update(tea.WindowSizeMsg{Width: 100, Height: 20})
	press(m, "/", "!", "enter", "end", "enter", "up", "up")
	read := m.conversation()[3:18]
	for i := range 5 {
		b.Message(&record.Message{Flow: 10, Message: int64(43 + i), From: "server", Type: "text", Time: zero + record.Time(3+i)*1e9, IsText: true, Data: []byte("more"),
			App: &record.App{Kind: "event", Name: "tick"}})
	}
	m.Update(tick{})
	if now := m.conversation()[3:18]; strings.Join(now, "\n") != strings.Join(read, "\n") {
		t.Errorf("was\n%s\nis\n%s", strings.Join(read, "\n"), strings.Join(now, "\n"))
	}
	press(m, "end")
	if last := strings.Join(m.conversation(), "\n"); m.scroll != 0 || !strings.Contains(ansi.Strip(last), "event tick  more") {
		t.Errorf("the end is not shown: %s", last)
	}
}

// TestFilterTakesExpressions holds that / takes the expressions of --filter too.
func TestFilterTakesExpressions(t *testing.T) {
	_, m := scene()
	for _, c := range []struct {
		filter string
		rows   int
		shows  string
	}{
		{`flow.client.port >= 50020`, 10, ""},
		{`client.port >= 50020 && len(findings) > 0`, 1, ""},
		{`flow.close.code == 1009`, 1, ""},
		{`flow.client.prt == 1`, 30, "prt"},
		{`flow.client.port ==`, 30, "unexpected"},
		{`room/2`, 11, ""},
	} {
		m.filter = c.filter
		m.refresh()
		if len(m.look.Rows) != c.rows || !strings.Contains(ansi.Strip(m.foot()), c.shows) {
			t.Errorf("%s: %d rows, want %d; %s", c.filter, len(m.look.Rows), c.rows, ansi.Strip(m.foot()))
		}
	}
}

// TestWhatFellOutIsSaid holds that a conversation says what is no longer there.
func TestWhatFellOutIsSaid(t *testing.T) {
	b := recent.New(recent.Limits{Open: 1, Ended: 1, Records: 1 << 20, Messages: 5, Payload: 100, Bytes: 1 << 20})
	b.Batch(zero)
	f := &record.Flow{Flow: 1, Pickup: "handshake", Start: zero, End: zero}
	b.FlowBegun(f)
	m := New(b, func() Status { return Status{} })
	press(m, "enter")
	for i := range int64(30) {
		b.Message(&record.Message{Flow: 1, Message: i + 1, From: "client", Type: "text", IsText: true, Data: []byte("x")})
	}
	f.Close = &record.Closing{How: "fin", By: "server", Story: "the server ended it"}
	b.FlowEnded(f)
	m.Update(tick{})
	shown := ansi.Strip(strings.Join(m.conversation(), "\n"))
	for _, want := range []string{"26 messages before these, no longer kept", "why the server ended it"} {
		if !strings.Contains(shown, want) {
			t.Errorf("%q is not in\n%s", want, shown)
		}
	}
}
