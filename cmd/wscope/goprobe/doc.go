// Package goprobe reads the TLS secrets of unchanged Go programs as they run, on Linux.
//
// Go's crypto/tls writes a key log only where the program sets tls.Config.KeyLogWriter, and no
// environment variable does so. But every handshake calls (*tls.Config).writeKeyLog with the
// label, the client random and the secret, whether or not there is a writer. A Probe sets a
// uprobe on that function and turns its arguments into lines of a key log (RFC 9850), so they
// hold TLS 1.2 and 1.3, clients and servers, and QUIC.
//
// It reads secrets of programs that the user runs, and only when asked. The kernel asks for
// CAP_BPF and CAP_PERFMON (before Linux 6.6 for root); a Probe needs them in Open and in Attach, not to read.
// Everything goes when the process ends, however it ends: probes and programs live no longer than
// their descriptors.
//
// Read Probe in probe_linux.go first, then symbol.go, which finds the function in stripped
// executables too. Executables of before Go 1.18 (another calling convention or table) and
// programs that do not use crypto/tls (cgo with OpenSSL) are not covered: Attach says so.
package goprobe
