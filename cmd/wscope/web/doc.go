// Package web serves the live page: what a run that goes on has found, in a browser on this machine.
//
// A Page takes the analyzer's records and answers what the page's script asks (answer.go); a Server lets nobody else ask
// (server.go): it listens on the loopback alone, every address begins with a token that only whoever started wscope knows,
// Host and Origin are checked, and there is nothing but GET. The browser asks and the server answers, so that it keeps nothing
// for a browser that is slow or gone. What is kept of the run is a recent.Traffic, which is bounded; the page says what fell
// out of it. Start reading at Page.
//
// It computes nothing about WebSocket, and serves no other machine: for that there is SSH's port forwarding.
package web
