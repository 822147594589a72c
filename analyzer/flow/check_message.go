package flow

import (
	"bytes"

	"wscope/analyzer/record"
	"wscope/assembly"
	"wscope/wsparse"
)

// watch looks at a data message for what is worth telling beside the RFCs.
func (d *direction) checkMessage(m *wsparse.Message, first *assembly.Mark) {
	f := d.flow
	if from, to := f.conn().LastStall(f.side(d.index())); to > first.Time && from < d.lastAt && to-from >= record.StallLeast && m.Payload > 0 {
		f.activity.delayed++
		d.stalled = true
		f.findings.report(f, record.RuleStall, fromNames[d.index()], "waited "+string(record.Seconds(to-from).Append(nil))+" s", first)
	}
	if !d.irregular {
		d.intervals.message(first.Time)
		d.irregular = m.Length > record.BeaconSize || f.dirs[1-d.index()].intervals.n > 0
	}
	if d.looked >= record.InspectedFirst {
		return
	}
	d.looked++
	if m.Opcode == wsparse.Binary {
		d.checkContent(m.Data, first)
	}
	f.checkLeak(d.index(), m, first)
	if d.looked == record.InspectedFirst && !d.collects {
		d.stream.SetCollect(false)
	}
}

// openings are how other protocols begin; a tunnel shows them in its first message.
var openings = []struct{ what, begin string }{
	{"SSH", "SSH-2.0-"}, {"SSH", "SSH-1."},
	{"HTTP", "GET /"}, {"HTTP", "POST /"}, {"HTTP", "HEAD /"}, {"HTTP", "PUT /"}, {"HTTP", "CONNECT "}, {"HTTP", "HTTP/1."},
	{"HTTP/2", "PRI * HTTP/2.0"},
	{"RDP", "\x03\x00\x00\x13\x0e\xe0"}, {"RDP", "\x03\x00\x00\x2b\x26\xe0"}, {"RDP", "\x03\x00\x00\x2a\x25\xe0"},
	{"VNC", "RFB 003."},
}

// httpHead reports whether data begins with a request line or a status line, RFC 9112 §3 and §4: both name the version.
// "CONNECT {…}" is how a client of NATS begins.
func httpHead(data []byte) bool {
	line, _, _ := bytes.Cut(data[:min(len(data), 8<<10)], []byte("\r\n"))
	return bytes.HasPrefix(line, []byte("HTTP/1.")) || bytes.Contains(line, []byte(" HTTP/1."))
}

// tlsHello is whether data begins as a ClientHello or ServerHello does, RFC 8446 §5.1 and §4.
func tlsHello(data []byte) bool {
	return len(data) > 9 && data[0] == 22 && data[1] == 3 && data[2] <= 4 && (data[5] == 1 || data[5] == 2) && data[6] == 0 && data[9] == 3
}

// magics are how files begin that one may not expect in a message.
var magics = []struct{ what, begin string }{
	{"ELF executable", "\x7fELF"}, {"Windows executable", "MZ\x90\x00"}, {"Mach-O executable", "\xcf\xfa\xed\xfe"},
	{"ZIP archive", "PK\x03\x04"}, {"gzip", "\x1f\x8b\x08"}, {"7z archive", "7z\xbc\xaf\x27\x1c"},
	{"RAR archive", "Rar!\x1a\x07"}, {"xz", "\xfd7zXZ\x00"}, {"WebAssembly", "\x00asm\x01\x00\x00\x00"}, {"script", "#!/"},
}

// checkContent reports another protocol or a file at the beginning of a binary message.
func (d *direction) checkContent(data []byte, at *assembly.Mark) {
	f := d.flow
	switch {
	case tlsHello(data):
		f.findings.report(f, record.RuleInside, fromNames[d.index()], "TLS", at)
		return
	case string(data) == "\x05\x01\x00": // a greeting with one method, RFC 1928 §3: all of it, so short are they
		f.findings.report(f, record.RuleInside, fromNames[d.index()], "SOCKS", at)
		return
	}
	for _, o := range openings {
		if bytes.HasPrefix(data, []byte(o.begin)) && (o.what != "HTTP" || httpHead(data)) {
			f.findings.report(f, record.RuleInside, fromNames[d.index()], o.what, at)
			return
		}
	}
	for _, g := range magics {
		if bytes.HasPrefix(data, []byte(g.begin)) {
			f.findings.report(f, record.RuleMagic, fromNames[d.index()], g.what, at)
			return
		}
	}
}
