module wscope/cmd/wscope-bench

go 1.26.0

require (
	github.com/gobwas/ws v1.4.0
	github.com/google/gopacket v1.1.19
)

require (
	github.com/gobwas/httphead v0.1.0 // indirect
	github.com/gobwas/pool v0.2.1 // indirect
	golang.org/x/net v0.0.0-20190620200207-3b0461eec859 // indirect
	golang.org/x/sys v0.6.0 // indirect
)
