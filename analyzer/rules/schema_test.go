package rules

import (
	"bytes"
	"encoding/json"
	"flag"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"wscope/analyzer/record"
)

var update = flag.Bool("update", false, "write schema.json and the table of CI.md anew")

type object = map[string]any

// makeSchema is the JSON Schema of rules files, from the ready-made rules.
func makeSchema() object {
	text := func(doc string) object { return object{"type": "string", "description": doc} }
	severity := object{"enum": severities, "description": "how bad a breach is"}
	where := text("an expression: what the rule is about; all where it is absent")
	var uses []any
	var names []string
	for _, r := range ReadyMade() {
		names = append(names, r.Name)
		properties, required := object{}, []string{}
		for _, p := range r.Parameters {
			properties[p.Name] = parameterSchema(&p)
			if p.Required {
				required = append(required, p.Name)
			}
		}
		with := object{"type": "object", "properties": properties, "additionalProperties": false, "description": r.Doc}
		use := object{
			"type": "object", "description": r.Doc, "additionalProperties": false, "required": []string{"use"},
			"properties": object{"use": object{"const": r.Name}, "name": text("what to call the rule"), "where": where, "severity": severity, "with": with},
		}
		if len(required) > 0 {
			with["required"] = required
			use["required"] = []string{"use", "with"}
		}
		uses = append(uses, use)
	}
	own := object{
		"type": "object", "additionalProperties": false, "required": []string{"name", "expect"},
		"properties": object{
			"name": text("what to call the rule"), "severity": severity, "where": where,
			"scope":   object{"enum": []string{"capture", "flow", "message"}, "default": "flow", "description": "what the expressions are about"},
			"expect":  text("an expression that must be true"),
			"message": text("what a breach says; {{expression}} stands for its value"),
		},
	}
	short := object{"enum": names, "description": "a ready-made rule with its standard parameters"}
	return object{
		"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Rules of wscope check", "type": "object", "additionalProperties": false,
		"examples": []any{exampleFile},
		"properties": object{
			"version": object{"const": 1},
			"fail-on": object{"enum": severities, "description": "the severity from which a breach fails the check"},
			"ignore": object{"type": []string{"array", "string"}, "items": object{"type": "string"},
				"description": "what a comparison with a baseline leaves aside: $.place, kind, kind $.place, area, finding"},
			"names": object{"type": []string{"array", "string"}, "items": object{"type": "string"},
				"description": "paths, topics and kinds of messages with identifiers in braces, such as /ocpp/{id} or site/{id}/temp"},
			"kind":  object{"type": "string", "description": "an expression over a message that says of what kind it is, such as json.header.msg_type; nil leaves it to wscope"},
			"rules": object{"type": "array", "maxItems": maxRules, "items": object{"anyOf": append([]any{short, own}, uses...)}},
		},
	}
}

func parameterSchema(p *Parameter) object {
	s := object{"description": p.Doc}
	switch p.Kind {
	case "list":
		s["type"], s["items"] = []string{"array", "string", "number"}, entrySchema(p.Name)
	case "number":
		s["type"], s["minimum"] = "number", 0
	case "percentile":
		s["enum"] = slices.Sorted(maps.Keys(percentiles))
	case "duration":
		s["type"], s["examples"] = []string{"string", "number"}, []string{"250ms", "2s"}
		s["minimum"], s["pattern"] = 0, `^([0-9]+(\.[0-9]*)?(ns|us|µs|ms|s|m|h))+$`
	case "size":
		s["type"], s["examples"] = []string{"string", "number"}, []string{"64KiB"}
	case "schema":
		s["type"] = []string{"object", "boolean"}
	default:
		s["type"] = "string"
	}
	return s
}

// entrySchema is that of an entry of a list: the names of findings, or close codes.
func entrySchema(parameter string) object {
	if parameter == "codes" {
		return object{"type": []string{"integer", "string"}, "minimum": 0, "maximum": 65535}
	}
	var names []string
	for _, r := range record.Rules() {
		names = append(names, r.ID)
	}
	return object{"enum": names}
}

// exampleFile is what editors show of a rules file.
var exampleFile = object{
	"version": 1, "fail-on": "warning", "ignore": []string{"$.sent_at", "server tick", "latency"},
	"rules": []any{
		"no-errors",
		object{"use": "latency-under", "with": object{"request": `json.type == "quote"`, "answer": `json.type == "price"`, "key": "json.id", "time": "250ms"}},
		object{"use": "no-warnings", "with": object{"except": []string{"token-in-url"}}, "severity": "note"},
		object{"name": "few-messages", "scope": "flow", "where": `http.path startsWith "/chat"`, "expect": "count(messages) < 1000", "message": "{{count(messages)}} messages"},
	},
}

func TestSchemaIsThatOfTheRules(t *testing.T) {
	want, err := json.MarshalIndent(makeSchema(), "", " ")
	if err != nil {
		t.Fatal(err)
	}
	want = append(want, '\n')
	if *update {
		if err := os.WriteFile("schema.json", want, 0o666); err != nil {
			t.Fatal(err)
		}
		return
	}
	if !bytes.Equal(Schema, want) {
		t.Error("schema.json is not what the rules say: go test ./analyzer/rules -update")
	}
}

// TestSchemaAgreesWithTheReader holds rules files against both.
func TestSchemaAgreesWithTheReader(t *testing.T) {
	var v any
	if err := json.Unmarshal(Schema, &v); err != nil {
		t.Fatal(err)
	}
	schema, err := compileSchema(v)
	if err != nil {
		t.Fatal(err)
	}
	files, _ := filepath.Glob(filepath.Join("..", "..", "testdata", "regressions", "*.yaml"))
	examples, _ := filepath.Glob(filepath.Join("testdata", "*.yaml"))
	example, err := json.Marshal(exampleFile)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range append(append(files, examples...), "the example") {
		text := example
		if name != "the example" {
			if text, err = os.ReadFile(name); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := Load(name, text); err != nil {
			t.Errorf("%v", err)
		}
		root, err := parseFile(name, text)
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(root.plain()); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
