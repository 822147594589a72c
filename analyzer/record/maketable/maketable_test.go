package main

import (
	"bytes"
	"os"
	"strings"
	"testing"
)

// TestTableIsUpToDate holds the generated file to the declarations.
func TestTableIsUpToDate(t *testing.T) {
	r, err := read("..")
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile("../table_gen.go")
	if err != nil || !bytes.Equal(got, r.table()) {
		t.Errorf("table_gen.go is not that of the records (%v): go generate ./analyzer/record", err)
	}
}

// TestWrongTags are found when the table is made, not when it is used.
func TestWrongTags(t *testing.T) {
	for source, want := range map[string]string{
		"type A struct {\n\tB string `json:\"b\" redact:\"opne\"`\n}\n": `A.B: there is no redaction class "opne"`,
		"type A struct {\n\tB int64 `json:\"b\" unit:\"miles\"`\n}\n":   `A.B: there is no unit "miles"`,
	} {
		dir := t.TempDir()
		if err := os.WriteFile(dir+"/a.go", []byte("package record\n\n"+source), 0o666); err != nil {
			t.Fatal(err)
		}
		if _, err := read(dir); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", source, err)
		}
	}
}
