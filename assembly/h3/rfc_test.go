package h3

import (
	"encoding/hex"
	"strings"
	"testing"
)

// TestExamples plays the exchanges of RFC 9204 Appendix B.
func TestExamples(t *testing.T) {
	d := &Decoder{MaxTable: 220}
	section := func(s string) (string, bool, error) {
		b, err := hex.DecodeString(s)
		if err != nil {
			t.Fatal(err)
		}
		var out []string
		whole, err := d.Section(b, func(n, v string) { out = append(out, n+"="+v) })
		return strings.Join(out, " "), whole, err
	}
	expect := func(s, want string) {
		t.Helper()
		if got, whole, err := section(s); got != want || !whole || err != nil {
			t.Errorf("section %s is %q, %v, %v; want %q", s, got, whole, err, want)
		}
	}
	encoder := func(s string, inserts uint64) {
		t.Helper()
		b, _ := hex.DecodeString(s)
		for i := range b { // however the bytes come
			d.Instructions(b[i : i+1])
		}
		if d.InsertCount() != inserts || d.Broken() {
			t.Errorf("%d inserts after %s, broken %v", d.InsertCount(), s, d.Broken())
		}
	}
	expect("0000510b2f696e6465782e68746d6c", ":path=/index.html")
	if _, _, err := section("03811011"); err != ErrBlocked {
		t.Errorf("a section that needs two entries, before them: %v", err)
	}
	encoder("3fbd01c00f7777772e6578616d706c652e636f6dc10c2f73616d706c652f70617468", 2)
	expect("03811011", ":authority=www.example.com :path=/sample/path")
	encoder("4a637573746f6d2d6b65790c637573746f6d2d76616c7565", 3)
	encoder("02", 4)
	expect("050080c181", ":authority=www.example.com :path=/ custom-key=custom-value")
	encoder("810d637573746f6d2d76616c756532", 5)
	expect("060080", "custom-key=custom-value2")
	d.Lose()
	if got, whole, err := section("050080c181"); got != ":path=/" || whole || err != nil {
		t.Errorf("without the table: %q, %v, %v", got, whole, err)
	}
}
