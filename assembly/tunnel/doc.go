// Package tunnel finds WebSockets in connections.
package tunnel
