// Package engineio counts what an Engine.IO session (Socket.IO's transport) does by long polling over plain HTTP,
// before its WebSocket and instead of it.
//
// Start reading at Request. https://github.com/socketio/engine.io-protocol
//
// What it does not do: it finds no requests in a connection (assembly/upgrade) and adds up no session
// (analyzer/correlate).
package engineio
