module wscope

go 1.26

require github.com/google/gopacket v1.1.19

require github.com/klauspost/compress v1.20.3
