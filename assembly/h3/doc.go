// Package h3 reads what HTTP/3 connections are made of: frames (RFC 9114 §7), field sections
// (QPACK, RFC 9204) with the dynamic table that the encoder streams build, settings, and
// capsules (RFC 9297).
//
// It knows bytes alone: which stream they are of, and what a request asks for, is for
// assembly/upgrade to know. Start reading at frame.go, then qpack.go.
package h3
