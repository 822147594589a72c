module wscope/cmd/wscope-bench

go 1.26.0

require (
	github.com/gobwas/ws v1.4.0
	github.com/google/gopacket v1.1.19
)

require (
	github.com/gobwas/httphead v0.1.0 // indirect
	github.com/gobwas/pool v0.2.1 // indirect
	github.com/klauspost/compress v1.20.3
	golang.org/x/net v0.62.0 // indirect
	golang.org/x/sys v0.49.0 // indirect
	wscope v0.0.0
)

replace wscope => ../..
