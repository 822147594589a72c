// Command maketable writes table_gen.go of package record: the field table, made from the declarations of the records.
//
// A struct with JSON names becomes an Object; a field's comment becomes its documentation, and its tags the rest:
//
//	json    its name; the records' contract
//	redact  its redaction class, which every text needs
//	unit    what a number counts: bytes
//	parquet "plain" for a text that is another in every record: a dictionary of them would be no gain
//	csv     where its columns stand, if not in the order of the declaration: "after tcp"
//
// It is run by go generate in package record. Nothing reads Go source at run time.
package main

import (
	"fmt"
	"os"
)

func main() {
	records, err := read(".")
	if err == nil {
		err = os.WriteFile("table_gen.go", records.table(), 0o666)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "maketable:", err)
		os.Exit(1)
	}
}
