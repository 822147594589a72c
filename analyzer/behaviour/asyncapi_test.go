package behaviour_test

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
)

// TestAsyncAPIRefersToWhatItHas follows each reference of the documents of all recorded programs, and holds that each message and
// operation has its place. (The documents were held to @asyncapi/parser as well, which found nothing.)
func TestAsyncAPIRefersToWhatItHas(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("..", "..", "testdata", "gate", "kept", "*", "none.quiet-2.pcap.gz"))
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		text, err := json.Marshal(watch(t, file).AsyncAPI())
		if err != nil {
			t.Fatal(err)
		}
		var document map[string]any
		if err := json.Unmarshal(text, &document); err != nil {
			t.Fatal(err)
		}
		refs := 0
		var follow func(v any)
		follow = func(v any) {
			switch x := v.(type) {
			case map[string]any:
				if ref, ok := x["$ref"].(string); ok {
					refs++
					if err := resolve(document, ref); err != nil {
						t.Errorf("%s: %v", file, err)
					}
				}
				for _, inside := range x {
					follow(inside)
				}
			case []any:
				for _, inside := range x {
					follow(inside)
				}
			}
		}
		follow(document)
		if refs == 0 || len(document["channels"].(map[string]any)) == 0 || len(document["operations"].(map[string]any)) == 0 {
			t.Errorf("%s: %d references in %s", file, refs, text)
		}
	}
}

func resolve(document map[string]any, ref string) error {
	at := document
	for name := range strings.SplitSeq(strings.TrimPrefix(ref, "#/"), "/") {
		next, ok := at[name].(map[string]any)
		if !ok {
			return fmt.Errorf("%s leads nowhere at %s", ref, name)
		}
		at = next
	}
	return nil
}
