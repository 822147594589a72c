//go:build windows || (darwin && cgo) || (cgo && libpcap)

package capture

import (
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
	libpcap "github.com/google/gopacket/pcap"

	"wscope/assembly/packet"
)

// liveDelay is how long a packet may wait in a batch for others to join it, and in the
// kernel's block for the block to be handed over.
const liveDelay = 50 * time.Millisecond

// drainLimit is how long a capture that is over waits for the kernel's last block, where
// the kernel's counts do not say that there is none.
const drainLimit = time.Second

// ErrNoLive says that this program cannot capture live; this one can.
var ErrNoLive = errors.New("built without live capture")

// OpenLive begins to capture. An interface that cannot be opened is an error that says why.
func OpenLive(o LiveOptions) (LiveSource, error) {
	if len(o.Interfaces) == 0 {
		return nil, errors.New("no interface named")
	}
	l := &live{opts: o, full: make(chan *liveBatch), done: make(chan struct{})}
	for i, name := range o.Interfaces {
		t := &tap{name: name, file: int32(i), live: l, ended: true}
		err := t.open()
		if absent(err) && o.Wait {
			l.notice("%s: waiting: %v", name, err)
		} else if err != nil {
			for _, t := range l.taps {
				t.end()
			}
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		l.taps = append(l.taps, t)
	}
	for _, t := range l.taps {
		l.running.Add(1)
		go l.run(t)
	}
	go func() {
		l.running.Wait()
		close(l.full)
	}()
	return l, nil
}

// absent reports whether an error of opening is that of an interface that is not there, or not up.
func absent(err error) bool {
	if err == nil {
		return false
	}
	text := strings.ToLower(err.Error())
	return strings.Contains(text, "no such device") || strings.Contains(text, "not up")
}

func activate(name string, o LiveOptions) (*libpcap.Handle, error) {
	in, err := libpcap.NewInactiveHandle(name)
	if err != nil {
		return nil, err
	}
	defer in.CleanUp()
	snaplen, buffer := o.Snaplen, o.Buffer
	if snaplen <= 0 {
		snaplen = usualRecord
	}
	if buffer <= 0 {
		buffer = 32 << 20
	}
	err = errors.Join(in.SetSnapLen(snaplen), in.SetBufferSize(buffer), in.SetPromisc(o.Promiscuous),
		in.SetTimeout(liveDelay), in.SetImmediateMode(o.Immediate))
	if err != nil {
		return nil, err
	}
	before := descriptors()
	h, err := in.Activate()
	if err != nil {
		return nil, err
	}
	closeOnExec(before)
	if o.BPF != "" {
		err := h.SetBPFFilter(o.BPF)
		if err != nil && o.Fallback != nil {
			if other := o.Fallback(linkType(h.LinkType())); other != "" {
				err = h.SetBPFFilter(other)
			}
		}
		if err != nil {
			h.Close()
			return nil, fmt.Errorf("filter: %w", err)
		}
	}
	return h, nil
}

// linkType turns a DLT, which differs between systems for raw IP, into a link type of files.
func linkType(dlt layers.LinkType) packet.LinkType {
	switch dlt {
	case 12, 14: // DLT_RAW of Linux and macOS, of OpenBSD
		return 101
	case 149: // DLT_USER2, which is DLT_PKTAP on macOS
		return 258
	}
	return packet.LinkType(dlt)
}

// live reads several interfaces, each in a goroutine.
type live struct {
	opts    LiveOptions
	stop    atomic.Int64 // when Stop was called; 0 while it was not
	taps    []*tap
	full    chan *liveBatch
	done    chan struct{} // closed by Close
	once    sync.Once
	running sync.WaitGroup
	probs   problems
	index   int64
}

// tap is one interface being read.
type tap struct {
	name   string
	file   int32
	live   *live
	handle *libpcap.Handle
	link   packet.LinkType
	count  int64
	held   []byte // a packet that was read and did not fit in its batch: it begins the next
	heldAs gopacket.CaptureInfo
	failed error     // why the capture is over, while what came before is still read
	silent time.Time // since when nothing came of a capture that is over; zero while it is not
	nic    int       // its number while it was opened; 0 where it is no network interface
	looked time.Time // when it was looked at last

	mu    sync.Mutex // for what follows, and for handle
	last  LiveStats
	raw   [3]uint32 // the counts as libpcap gave them last: 32 bits that wrap
	ended bool
}

// liveBatch goes from a tap to Read and back.
type liveBatch struct {
	packet.Batch
	back chan *liveBatch
}

// run reads t until it ends.
func (l *live) run(t *tap) {
	defer l.running.Done()
	defer t.end()
	if t.handle == nil && !t.await("begins", absent) {
		return
	}
	back := make(chan *liveBatch, 2)
	back <- &liveBatch{back: back}
	back <- &liveBatch{back: back}
	for {
		var b *liveBatch
		select {
		case b = <-back:
		case <-l.done:
			return
		}
		err := t.fill(&b.Batch)
		if len(b.Packets) > 0 {
			select {
			case l.full <- b:
			case <-l.done:
				return
			}
		} else {
			back <- b
		}
		switch {
		case err == nil:
		case err == io.EOF || l.closed():
			return
		case t.failed == nil:
			t.failed = err // and what the kernel has is read first
		default:
			t.failed, t.silent = nil, time.Time{}
			if !t.reopen(err) {
				return
			}
		}
	}
}

func (l *live) closed() bool {
	select {
	case <-l.done:
		return true
	default:
		return l.stop.Load() != 0
	}
}

func (l *live) notice(format string, a ...any) {
	if l.opts.Tell != nil {
		l.opts.Tell(fmt.Sprintf(format, a...))
	}
}

// gone reports whether the interface went down or away: libpcap does not tell it to a reader
// that does not block, which gopacket's is. It looks when no packets come, and not often.
func (t *tap) gone() error {
	if t.nic == 0 || time.Since(t.looked) < reopenEvery {
		return nil
	}
	t.looked = time.Now()
	nic, err := net.InterfaceByName(t.name)
	switch {
	case err != nil || nic.Index != t.nic:
		return errors.New("the interface has gone")
	case nic.Flags&net.FlagUp == 0:
		return errors.New("the interface went down")
	}
	return nil
}

// nicOf is the number of a network interface by its name; 0 for what is none, such as "any".
func nicOf(name string) int {
	nic, err := net.InterfaceByName(name)
	if err != nil || nic.Flags&net.FlagUp == 0 {
		return 0
	}
	return nic.Index
}

// reopenEvery is how often an interface that went is looked for.
const reopenEvery = 500 * time.Millisecond

// reopen waits for an interface that went, where that is asked for. It is false where the
// capture on it is over.
func (t *tap) reopen(why error) bool {
	l := t.live
	if said := t.handle.Error(); said != nil && said.Error() != "" {
		why = said // "The interface disappeared" instead of "Read Error"
	}
	if !l.opts.Wait {
		l.probs.add(t.name, -1, "capture ended: %v", why)
		l.notice("%s: capture ended: %v", t.name, why) // others may go on for weeks
		return false
	}
	l.notice("%s: capture paused: %v", t.name, why)
	t.end()
	return t.await("goes on", func(error) bool { return true })
}

// await opens t as soon as its interface is there, and says what the capture does then. It
// is false where the capture is over before, or an error is none to wait for.
func (t *tap) await(does string, passes func(error) bool) bool {
	l := t.live
	for {
		select {
		case <-l.done:
			return false
		case <-time.After(reopenEvery):
		}
		if l.closed() {
			return false
		}
		switch err := t.open(); {
		case err == nil:
			l.notice("%s: capture %s", t.name, does)
			return true
		case !passes(err):
			l.probs.add(t.name, -1, "capture ended: %v", err)
			l.notice("%s: capture ended: %v", t.name, err)
			return false
		}
	}
}

// open begins to capture.
func (t *tap) open() error {
	h, err := activate(t.name, t.live.opts)
	if err != nil {
		return err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.handle, t.link, t.nic, t.raw, t.ended = h, linkType(h.LinkType()), nicOf(t.name), [3]uint32{}, false
	return nil
}

// fill reads packets into b until it is full, or has held its first one for liveDelay, or
// no more came for as long. When the capture is over, which it is after Stop and where the
// interface failed, it gives what the kernel has before it says so.
func (t *tap) fill(b *packet.Batch) error {
	b.Reset(packet.CopyBuffer)
	for len(b.Packets) < packet.MaxBatch {
		data, ci, err := t.next()
		if err != nil {
			if len(b.Packets) > 0 {
				t.silent = time.Time{}
				return nil
			}
			if err := t.over(err); err != nil {
				return err
			}
			continue
		}
		at := ci.Timestamp.UnixNano()
		if stop := t.live.stop.Load(); stop != 0 && at > stop {
			return io.EOF
		}
		if !b.Fits(len(data)) {
			t.held, t.heldAs = data, ci
			return nil
		}
		t.count++
		p := packet.Packet{Link: t.link, Length: ci.Length, Data: data}
		p.File, p.Number, p.Time = t.file, t.count, at
		b.Add(&p)
		if at-b.Packets[0].Time > int64(liveDelay) {
			return nil
		}
	}
	return nil
}

// over says what it means that no packet came, but err: the error that ends fill, or nil
// where packets may come yet.
func (t *tap) over(err error) error {
	select {
	case <-t.live.done:
		return io.EOF
	default:
	}
	end := t.failed
	if t.live.stop.Load() != 0 {
		end = io.EOF
	}
	silence := err == libpcap.NextErrorTimeoutExpired
	switch {
	case end == nil && silence:
		return t.gone()
	case end == nil:
		return err
	case t.drained():
		return end
	case !silence:
		time.Sleep(liveDelay) // an error does not wait for packets
	}
	return nil
}

// drained reports whether all that the kernel had for a capture that is over has been read.
// The kernel hands packets over in blocks, the last of them when liveDelay has passed, or
// later on a busy machine: an empty ring proves nothing, but the kernel's count of packets does.
// It counts more than can be read on a loopback, whose packets libpcap gives once of twice,
// and before the filter is in place; then drainLimit decides.
func (t *tap) drained() bool {
	if s := t.stats(); s.Received-s.Dropped <= t.count {
		return true
	}
	if t.silent.IsZero() {
		t.silent = time.Now()
	}
	return time.Since(t.silent) > drainLimit
}

// next gives the next packet. Its bytes are libpcap's until the one after is asked for.
func (t *tap) next() ([]byte, gopacket.CaptureInfo, error) {
	if data := t.held; data != nil {
		t.held = nil
		return data, t.heldAs, nil
	}
	return t.handle.ZeroCopyReadPacketData()
}

// end closes t's handle, keeping its last counts.
func (t *tap) end() {
	t.stats()
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.ended {
		t.ended = true
		t.handle.Close()
	}
}

func (t *tap) stats() LiveStats {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.ended {
		if s, err := t.handle.Stats(); err == nil {
			now := [3]uint32{uint32(s.PacketsReceived), uint32(s.PacketsDropped), uint32(s.PacketsIfDropped)}
			t.last.Received += int64(now[0] - t.raw[0])
			t.last.Dropped += int64(now[1] - t.raw[1])
			t.last.IfDropped += int64(now[2] - t.raw[2])
			t.raw = now
		}
	}
	t.last.Interface = t.name
	return t.last
}

func (l *live) Read(b *packet.Batch) error {
	full, ok := <-l.full
	if !ok {
		b.Reset(packet.CopyBuffer)
		return io.EOF
	}
	*b, full.Batch = full.Batch, *b
	full.back <- full
	for i := range b.Packets {
		b.Packets[i].Index = l.index
		l.index++
	}
	return nil
}

func (l *live) Files() []string {
	var names []string
	for _, t := range l.taps {
		names = append(names, t.name)
	}
	return names
}

func (l *live) Problems() []packet.Problem { return l.probs.all() }

func (l *live) Stats() []LiveStats {
	var list []LiveStats
	for _, t := range l.taps {
		list = append(list, t.stats())
	}
	return list
}

// Stop ends the capture when what came before is read.
func (l *live) Stop() { l.stop.CompareAndSwap(0, time.Now().UnixNano()) }

// Close ends the capture: a Read that waits returns io.EOF, within liveDelay.
func (l *live) Close() error {
	l.once.Do(func() { close(l.done) })
	l.running.Wait()
	return nil
}

// The flags of a pcap_if_t.
const (
	flagLoopback = 1
	flagUp       = 2
	flagRunning  = 4
)

// Interfaces lists what can be captured on.
func Interfaces() ([]InterfaceInfo, error) {
	devices, err := libpcap.FindAllDevs()
	if err != nil {
		return nil, err
	}
	list := []InterfaceInfo{}
	for _, d := range devices {
		i := InterfaceInfo{Name: d.Name, Description: d.Description, Addresses: []string{},
			Loopback: d.Flags&flagLoopback != 0, Up: d.Flags&flagUp != 0, Running: d.Flags&flagRunning != 0}
		for _, a := range d.Addresses {
			i.Addresses = append(i.Addresses, a.IP.String())
		}
		list = append(list, i)
	}
	return list, nil
}
