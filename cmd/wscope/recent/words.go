package recent

import (
	"net"
	"strconv"

	"wscope/analyzer/record"
)

func address(e record.Endpoint) string {
	return net.JoinHostPort(e.IP, strconv.Itoa(int(e.Port)))
}

// living is a word for a flow that goes on.
func living(f *record.Flow) string {
	if f.Pickup == "handshake" && f.Handshake != nil && f.Handshake.Result == "unanswered" {
		return "asked"
	}
	if f.Pickup == "handshake" {
		return "open"
	}
	if f.Sealed != nil {
		return sealed(f)
	}
	return string(f.Pickup)
}

// ended is a word or two for how a flow ended.
func ended(f *record.Flow) string {
	switch {
	case f.Pickup == "rejected" && f.HTTP != nil:
		return "rejected " + strconv.Itoa(f.HTTP.Status)
	case f.Pickup == "encrypted":
		return sealed(f)
	case f.Close == nil:
		return "ended"
	case f.Close.Code != nil:
		return "closed " + strconv.Itoa(*f.Close.Code)
	}
	return "closed " + string(f.Close.How)
}

// sealed is a word or two for a connection that could not be opened.
func sealed(f *record.Flow) string {
	if f.Sealed != nil && f.Sealed.Likely == "websocket" {
		return "websocket?"
	}
	return "encrypted"
}
