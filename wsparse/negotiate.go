package wsparse

import "strconv"

// deflateOffer is the parameters of one permessage-deflate, offered or answered, RFC 7692
// §7.1. Bits are 0 where the parameter is absent, -1 where it has no value.
type deflateOffer struct {
	serverNoTakeover, clientNoTakeover bool
	serverBits, clientBits             int
}

// readDeflate reads the parameters of a permessage-deflate. wrong says what makes them
// invalid, RFC 7692 §7.1: a parameter that is not defined, has a wrong value, or comes
// twice.
func readDeflate(e *extension, answer bool) (d deflateOffer, wrong string) {
	seen := map[string]bool{}
	for _, p := range e.params {
		if seen[p.name] {
			return d, p.name + " twice"
		}
		seen[p.name] = true
		switch p.name {
		case "server_no_context_takeover", "client_no_context_takeover":
			if p.has {
				return d, p.name + " with a value"
			}
			if p.name[0] == 's' {
				d.serverNoTakeover = true
			} else {
				d.clientNoTakeover = true
			}
		case "server_max_window_bits", "client_max_window_bits":
			bits := windowBits(p.value)
			// RFC 7692 §7.1.2.2: only the client's parameter in an offer may come without a value.
			if !p.has && p.name[0] == 'c' && !answer {
				bits = -1
			} else if bits == 0 {
				return d, p.name + "=" + p.value
			}
			if p.name[0] == 's' {
				d.serverBits = bits
			} else {
				d.clientBits = bits
			}
		default:
			return d, "parameter " + p.name
		}
	}
	return d, ""
}

// windowBits reads 8 to 15 without leading zeros; 0 for anything else.
func windowBits(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil || n < 8 || n > 15 || !isDigit(s[0]) || s[0] == '0' {
		return 0
	}
	return n
}

// answers reports whether an answer is one that may be given to the offer; if not, why.
func (a deflateOffer) answers(o deflateOffer) (why string) {
	switch {
	case o.serverNoTakeover && !a.serverNoTakeover: // §7.1.1.1
		return "server_no_context_takeover was asked for and is not in the answer"
	case o.serverBits > 0 && a.serverBits == 0: // §7.1.2.1
		return "server_max_window_bits was asked for and is not in the answer"
	case o.serverBits > 0 && a.serverBits > o.serverBits:
		return "server_max_window_bits is larger than asked for"
	case o.clientBits == 0 && a.clientBits != 0: // §7.1.2.2
		return "client_max_window_bits was not offered"
	case o.clientBits > 0 && a.clientBits > o.clientBits:
		return "client_max_window_bits is larger than offered"
	}
	return ""
}

// InForce is what an answer alone says of the extensions in force, where what was offered is not
// known: permessage-deflate, and whether there are others (RFC 6455 §9.1: the answer lists what is
// used). It is of no use where the head was cut.
func (r *Response) InForce() (deflate *DeflateParams, others bool) {
	for _, e := range readExtensions(r.Fields) {
		if !e.isDeflate() {
			others = true
			continue
		}
		if answer, _ := readDeflate(&e, true); deflate == nil {
			deflate = answer.params()
		}
	}
	return deflate, others
}

// params is what an answer puts in force.
func (a deflateOffer) params() *DeflateParams {
	p := &DeflateParams{
		ServerNoContextTakeover: a.serverNoTakeover,
		ClientNoContextTakeover: a.clientNoTakeover,
		ServerMaxWindowBits:     15,
		ClientMaxWindowBits:     15,
	}
	if a.serverBits > 0 {
		p.ServerMaxWindowBits = a.serverBits
	}
	if a.clientBits > 0 {
		p.ClientMaxWindowBits = a.clientBits
	}
	return p
}

// ParseDeflate reads the parameters of a permessage-deflate in force as the answer of a
// handshake has them: "server_no_context_takeover; client_max_window_bits=10", with or
// without the extension's name in front. ok is false where they are invalid.
func ParseDeflate(s string) (p *DeflateParams, ok bool) {
	e := readExtension(s)
	if !e.isDeflate() {
		e = readExtension("permessage-deflate;" + s)
		if s == "" {
			e.params, e.wrong = nil, ""
		}
	}
	d, wrong := readDeflate(&e, true)
	if wrong != "" || e.wrong != "" {
		return nil, false
	}
	return d.params(), true
}
