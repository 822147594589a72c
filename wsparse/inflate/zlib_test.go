package inflate

import (
	"encoding/base64"
	"fmt"
	"hash/crc32"
	"os"
	"strconv"
	"strings"
	"testing"
)

// Conversations that zlib compressed; testdata/zlib.py made them. A million messages:
//
//	testdata/zlib.py 2200 >/tmp/zlib.txt
//	INFLATE_ZLIB=/tmp/zlib.txt go test ./wsparse/inflate -run Zlib -timeout 0
func TestConversationsOfZlib(t *testing.T) {
	path := os.Getenv("INFLATE_ZLIB")
	if path == "" {
		path = "testdata/zlib.txt"
	}
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(file)) {
		fields := strings.Fields(line)
		name := fields[0]
		whole, pieces := New(), New()
		for i, field := range fields[1:] {
			part := strings.Split(field, ":")
			src, err := base64.StdEncoding.DecodeString(part[2])
			if err != nil {
				t.Fatal(err)
			}
			want := part[0] + ":" + part[1]
			dst, err := whole.Message(nil, src, 1<<20)
			if got := fmt.Sprintf("%08x:%d", crc32.ChecksumIEEE(dst), len(dst)); err != nil || got != want {
				t.Fatalf("%s, message %d: %s %v, want %s", name, i, got, err, want)
			}
			dst, err = inPieces(pieces, nil, src, 1+i%7, 1<<20)
			if got := fmt.Sprintf("%08x:%d", crc32.ChecksumIEEE(dst), len(dst)); err != nil || got != want {
				t.Fatalf("%s, message %d in pieces: %s %v, want %s", name, i, got, err, want)
			}
		}
		if bits, ok := strings.CutPrefix(name, "wbits-"); ok {
			n, _ := strconv.Atoi(strings.Split(bits, "-")[0])
			if whole.MaxDistance() > 1<<n || pieces.MaxDistance() != whole.MaxDistance() {
				t.Errorf("%s: largest distance %d, in pieces %d", name, whole.MaxDistance(), pieces.MaxDistance())
			}
		}
	}
}
