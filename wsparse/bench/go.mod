module wscope/wsparse/bench

go 1.26.0

require (
	github.com/coder/websocket v1.8.15
	github.com/gobwas/ws v1.4.0
	github.com/kaitai-io/kaitai_struct_go_runtime v0.11.0
	wscope v0.0.0
)

require (
	github.com/gobwas/httphead v0.1.0 // indirect
	github.com/gobwas/pool v0.2.1 // indirect
	golang.org/x/text v0.43.0 // indirect
)

replace wscope => ../..
