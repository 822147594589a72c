package record

// Apps recognises what is spoken inside WebSockets.
type Apps interface {
	// Open begins a conversation. f holds the handshake.
	Open(f *Flow) Conversation
}

// Terse is a Conversation that can be told, before its first message, that nobody asks what each message says: of the App that Message
// returns, Credential alone is looked at then.
type Terse interface{ Terse() }

// Conversation follows the messages of one flow.
type Conversation interface {
	// Message is called for every message, in order, with its Data; it returns what the
	// subprotocol says of it, nil for nothing. The result is valid until the next call.
	Message(m *Message) *App
	// Over says, after Message returned nil, that nothing which follows can change what is said: the
	// conversation is then let go, without Done.
	Over() bool
	// Lost says that messages of a side were not seen.
	Lost(from Peer)
	// Done completes a record of the flow: at its end, and with Options.Updates before.
	Done(f *Flow)
}
