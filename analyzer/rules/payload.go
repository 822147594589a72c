package rules

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"wscope/analyzer/query"
)

// maxSchema is the largest file with a schema that is read.
const maxSchema = 1 << 20

// payloads is a check of messages' JSON by a JSON Schema.
type payloads struct {
	where  *query.Program
	schema *jsonschema.Schema
}

// compileSchema compiles a schema that needs no other: nothing is fetched from anywhere.
func compileSchema(schema any) (*jsonschema.Schema, error) {
	c := jsonschema.NewCompiler()
	c.UseLoader(nothing{})
	const name = "rules:///schema"
	if err := c.AddResource(name, schema); err != nil {
		return nil, err
	}
	s, err := c.Compile(name)
	if err != nil {
		return nil, errors.New(schemaMessage(err))
	}
	return s, nil
}

type nothing struct{}

func (nothing) Load(url string) (any, error) {
	return nil, fmt.Errorf("a schema of a rules file may not refer to %s", url)
}

// readSchema reads a schema from a file beside the rules file.
func readSchema(dir, name string) (any, error) {
	if !filepath.IsAbs(name) {
		name = filepath.Join(dir, name)
	}
	st, err := os.Stat(name)
	if err != nil {
		return nil, err
	}
	if !st.Mode().IsRegular() || st.Size() > maxSchema {
		return nil, fmt.Errorf("%s is no file of at most 1 MiB", name)
	}
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return nil, fmt.Errorf("%s is no JSON: %w", name, err)
	}
	return v, nil
}

// schemaMessage is the innermost reason, in one line.
func schemaMessage(err error) string {
	lines := strings.Split(strings.TrimSpace(err.Error()), "\n")
	return strings.ReplaceAll(strings.TrimPrefix(strings.TrimSpace(lines[len(lines)-1]), "- "), "rules:///schema", "")
}

func (p *payloads) needs() (messages, payload bool) { return true, true }

func (p *payloads) begin() checkRun { return &payloadsRun{p} }

type payloadsRun struct{ *payloads }

func (r *payloadsRun) message(v *view, tell tellFunc) {
	if t := v.Message.Type; t != "text" && t != "binary" || !v.Message.Complete || !holds(r.where, v.names()) {
		return
	}
	if len(v.Message.Data) > query.MaxText {
		return // json is not there for it
	}
	v.run.judged()
	value := v.names()["json"]
	if value == nil && json.Unmarshal(v.Message.Data, &value) != nil {
		tell("the payload is no JSON", v)
		return
	}
	if err := r.schema.Validate(value); err != nil {
		tell(v.mismatch(err), v)
	}
}

func (r *payloadsRun) ping(query.Values, int64)    {}
func (r *payloadsRun) flow(v *view, _ tellFunc)    {}
func (r *payloadsRun) capture(v *view, _ tellFunc) {}
