package upgrade

import "wscope/wsparse"

// What is kept of one connection at most. Reaching a limit never stops a layer: what waited
// is decided by what is there.
const (
	// maxHead is how much of an HTTP head is read; the rest of a longer one is skipped.
	maxHead = wsparse.MaxHead
	// maxTape is how many bytes wait on a replay buffer, the cost of keeping their marks included:
	// what a client sends before the answer to its upgrade, an answer that was captured
	// before its request, and what the sniffer has seen.
	maxTape = 128 << 10
	// maxSearch is how many bytes wait on a replay buffer at most while frames without a handshake are
	// searched and there is a hypothesis; maxTape where there is none.
	maxSearch = 1 << 20
	// maxHops is how many proxies stand in front of a WebSocket.
	maxHops = 8
	// maxBodyLine is how much of a refusal's body is kept.
	maxBodyLine = 200
)
