// Package correlate says what needs several flows: which one reconnects after which, which two are hops of one
// conversation through a proxy, what an Engine.IO session polled over plain HTTP, and what all flows add up to.
//
// Start reading at Flows, which takes every flow's beginning and end in the order of the capture; Totals
// adds up the Summary. One goroutine uses either at a time. It keeps bounded tables, of which the oldest goes first.
//
// What it does not do: it reads no packet and sees no message, and it says why many connections ended nowhere: that
// is analyzer/diagnose.
package correlate
