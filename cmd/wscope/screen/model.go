// Package screen is the live screen: flows sorted and filtered as one types, rates, what
// was found, and a flow opened to its conversation.
//
// A Model, which bubbletea runs, looks at a recent.Traffic twice a second and draws. Start reading at model.go for the keys,
// view.go for what is drawn. Text from the capture is cleaned of control characters before it is drawn. The package computes
// nothing about WebSocket.
package screen

import (
	"time"

	tea "charm.land/bubbletea/v2"

	"wscope/cmd/wscope/recent"
)

// Status is what the screen says of the capture. It is asked for at every look.
type Status struct {
	Interfaces string
	Packets    int64 // analysed
	Dropped    int64 // by the kernel or the interface
	Shed       int64 // packets of connections that were refused or given up
	LetGo      int64 // connections, because memory was short
	Over       bool  // the capture has ended
}

// every is how often the screen looks at the traffic.
const every = 500 * time.Millisecond

// Model is the screen's state. bubbletea runs it.
type Model struct {
	traffic *recent.Traffic
	status  func() Status

	look          *Look
	said          Status
	width, height int
	order         int
	reverse       bool
	filter        string
	wanted        *wanted // the filter as it was last read
	looks         int
	typing        bool  // keys go to the filter
	paused        bool  // the analysis goes on, the picture stands
	help          bool  //
	chosen        int64 // the flow under the cursor
	top           int   // the first row shown
	opened        int64 // the flow that is open; 0 is the list
	scroll        int   // lines of the conversation below the screen's; 0 follows
}

// New makes the screen of some traffic.
func New(t *recent.Traffic, status func() Status) *Model {
	m := &Model{traffic: t, status: status, wanted: newWanted(""), width: 80, height: 24}
	m.refresh()
	return m
}

type tick struct{}

func wait() tea.Cmd { return tea.Tick(every, func(time.Time) tea.Msg { return tick{} }) }

// Init begins to look.
func (m *Model) Init() tea.Cmd { return wait() }

func (m *Model) refresh() {
	m.said = m.status()
	was := m.look
	m.looks++
	if m.wanted.text != m.filter {
		m.wanted = newWanted(m.filter)
	}
	m.look = look(m.traffic, &orders[m.order], m.reverse, m.wanted, m.opened, m.looks)
	if m.scroll > 0 && was != nil { // what is read stands still while more comes below it
		m.scroll = max(0, min(m.scroll+int(m.look.Heard-was.Heard), len(m.look.Lines)-m.room()))
	}
	m.keep()
}

// Update takes a key, the terminal's size or the time.
func (m *Model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.width, m.height = msg.Width, msg.Height
		m.keep()
	case tick:
		if !m.paused {
			m.refresh()
		}
		return m, wait()
	case tea.KeyPressMsg:
		return m, m.key(msg)
	}
	return m, nil
}

// key does what a key asks for.
func (m *Model) key(k tea.KeyPressMsg) tea.Cmd {
	name := k.String()
	if name == "ctrl+c" {
		return tea.Quit
	}
	if m.typing {
		m.typed(name, k.Text)
		m.refresh()
		return nil
	}
	if m.help {
		m.help = false
		return nil
	}
	switch name {
	case "q":
		return tea.Quit
	case "?", "h", "f1":
		m.help = true
	case "p", "space":
		m.paused = !m.paused
		m.refresh()
	case "up", "k":
		m.move(-1)
	case "down", "j":
		m.move(1)
	case "pgup", "ctrl+b":
		m.move(-m.room())
	case "pgdown", "ctrl+f":
		m.move(m.room())
	case "home", "g":
		m.move(-1 << 30)
	case "end", "G":
		m.move(1 << 30)
	case "esc", "left", "backspace":
		m.back()
	default:
		m.listKey(name)
	}
	return nil
}

// listKey does what is for the list alone.
func (m *Model) listKey(name string) {
	if m.opened != 0 {
		return
	}
	switch name {
	case "enter", "right":
		if m.chosen != 0 {
			m.opened, m.scroll = m.chosen, 0
		}
	case "/":
		m.typing = true
	case "s":
		m.order = (m.order + 1) % len(orders)
	case "r":
		m.reverse = !m.reverse
	}
	m.refresh()
}

// back leaves the open flow, or forgets the filter.
func (m *Model) back() {
	if m.opened != 0 {
		m.opened = 0
	} else {
		m.filter = ""
	}
	m.refresh()
}

// typed changes the filter; the list follows at once.
func (m *Model) typed(name, text string) {
	switch name {
	case "enter":
		m.typing = false
	case "esc":
		m.typing, m.filter = false, ""
	case "backspace":
		if r := []rune(m.filter); len(r) > 0 {
			m.filter = string(r[:len(r)-1])
		}
	default:
		if len(m.filter) < 300 {
			m.filter += text
		}
	}
}

// move moves the cursor, or scrolls the conversation.
func (m *Model) move(by int) {
	if m.opened != 0 {
		m.scroll = max(0, min(m.scroll-by, len(m.look.Lines)-m.room()))
		return
	}
	if len(m.look.Rows) == 0 {
		return
	}
	at := max(0, min(m.at()+by, len(m.look.Rows)-1))
	m.chosen = m.look.Rows[at].Flow
	m.keep()
}

// at is the row of the cursor.
func (m *Model) at() int {
	for i := range m.look.Rows {
		if m.look.Rows[i].Flow == m.chosen {
			return i
		}
	}
	return 0
}

// keep holds the cursor on a row that is there, and the rows shown around it.
func (m *Model) keep() {
	if len(m.look.Rows) == 0 {
		m.chosen, m.top = 0, 0
		return
	}
	at := m.at()
	m.chosen = m.look.Rows[at].Flow
	m.top = max(0, min(m.top, len(m.look.Rows)-m.room()))
	if at < m.top {
		m.top = at
	}
	if at >= m.top+m.room() {
		m.top = at - m.room() + 1
	}
}
