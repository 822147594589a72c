package rules

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"wscope/analyzer/behaviour"
	"wscope/analyzer/query"
	"wscope/analyzer/record"
	"wscope/analyzer/redact"
)

// maxDocument is, in bytes, the largest AsyncAPI document that is read.
const maxDocument = 16 << 20

// Document is an AsyncAPI 3 document: the channels that there are, and what may be said on them.
type Document struct {
	file     string
	root     map[string]any
	channels []*channel
}

// channel is one of a document's, with its messages by their names.
type channel struct {
	name      string
	addresses []string // one for each path name of its servers; none where the document leaves it open
	messages  []*documented
}

// documented is a message of a channel. Who may send it is known where an operation says so; else both may.
type documented struct {
	name   string
	from   map[record.Peer]bool
	schema *jsonschema.Schema // nil where any payload will do
}

// LoadAsyncAPI reads a document of version 3, YAML or JSON. It must stand for itself: nothing that it refers to is fetched.
func LoadAsyncAPI(path string) (*Document, error) {
	st, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !st.Mode().IsRegular() || st.Size() > maxDocument {
		return nil, fmt.Errorf("%s: no file of at most 16 MiB", path)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	d, err := ParseAsyncAPI(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	d.file = path
	return d, nil
}

// ParseAsyncAPI reads the text of a document.
func ParseAsyncAPI(text []byte) (*Document, error) {
	if bytes.Count(text, []byte("*")) > 1000 {
		return nil, errors.New("too many aliases")
	}
	asJSON, err := yaml.YAMLToJSON(text)
	if err != nil {
		return nil, fmt.Errorf("no YAML or JSON: %s", strings.SplitN(err.Error(), "\n", 2)[0])
	}
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(asJSON))
	if err != nil {
		return nil, fmt.Errorf("no YAML or JSON: %w", err)
	}
	d := &Document{}
	d.root, _ = v.(map[string]any)
	if version, _ := d.root["asyncapi"].(string); !strings.HasPrefix(version, "3.") {
		return nil, fmt.Errorf("asyncapi: %q: only documents of version 3 can be held to", version)
	}
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft7) // AsyncAPI 3.0: its schemas are a superset of that draft
	c.UseLoader(nothing{})
	if err := c.AddResource(documentURL, v); err != nil {
		return nil, errors.New(schemaMessage(err))
	}
	places := map[string]*documented{} // by their references
	channels, _ := d.root["channels"].(map[string]any)
	for _, name := range slices.Sorted(maps.Keys(channels)) {
		at, object, err := d.follow("#/channels/" + escaped(name))
		if err != nil {
			return nil, err
		}
		ch := &channel{name: name}
		if address, ok := object["address"].(string); ok {
			for _, above := range d.pathNames(object) {
				ch.addresses = append(ch.addresses, "/"+strings.Trim(above+"/"+strings.Trim(address, "/"), "/"))
			}
		}
		messages, _ := object["messages"].(map[string]any)
		for _, name := range slices.Sorted(maps.Keys(messages)) {
			m, err := d.message(c, name, at+"/messages/"+escaped(name), places)
			if err != nil {
				return nil, err
			}
			ch.messages = append(ch.messages, m)
		}
		d.channels = append(d.channels, ch)
	}
	if len(d.channels) == 0 {
		return nil, errors.New("channels: the document has none")
	}
	d.operations(places)
	return d, nil
}

const documentURL = "asyncapi:///document"

// message reads a Message Object, and its schema.
func (d *Document) message(c *jsonschema.Compiler, name, ref string, places map[string]*documented) (*documented, error) {
	at, object, err := d.follow(ref)
	if err != nil {
		return nil, err
	}
	m := &documented{name: name, from: map[record.Peer]bool{}}
	places[ref], places[at] = m, m
	payload, ok := object["payload"].(map[string]any)
	if !ok {
		return m, nil
	}
	where := at + "/payload"
	if format, ok := payload["schemaFormat"].(string); ok {
		if !strings.Contains(format, "json") && !strings.Contains(format, "vnd.aai.asyncapi") {
			return m, nil // Avro, Protobuf: not ours to judge
		}
		where += "/schema"
	}
	s, err := c.Compile(documentURL + where)
	if err != nil {
		return nil, fmt.Errorf("%s: %s", where, strings.ReplaceAll(schemaMessage(err), documentURL, ""))
	}
	m.schema = s
	return m, nil
}

// pathNames are those of a channel's servers: of those that it names, else of all. An address is below them.
func (d *Document) pathNames(channel map[string]any) []string {
	all, _ := d.root["servers"].(map[string]any)
	var refs []string
	named, _ := channel["servers"].([]any)
	for _, v := range named {
		if r, _ := v.(map[string]any); r != nil {
			ref, _ := r["$ref"].(string)
			refs = append(refs, ref)
		}
	}
	if len(named) == 0 {
		for _, name := range slices.Sorted(maps.Keys(all)) {
			refs = append(refs, "#/servers/"+escaped(name))
		}
	}
	var list []string
	for _, ref := range refs {
		if _, server, err := d.follow(ref); err == nil {
			path, _ := server["pathname"].(string)
			if path = strings.Trim(path, "/"); !slices.Contains(list, path) {
				list = append(list, path)
			}
		}
	}
	if len(list) == 0 {
		return []string{""}
	}
	return list
}

// operations notes who sends what. A document is the server's: what it sends comes from the server, what it receives, and what
// answers what it sends, from the client.
func (d *Document) operations(places map[string]*documented) {
	operations, _ := d.root["operations"].(map[string]any)
	for name := range operations {
		_, o, err := d.follow("#/operations/" + escaped(name))
		if err != nil {
			continue // it says nothing of who sends what
		}
		from := record.Server
		if o["action"] == "receive" {
			from = record.Client
		}
		d.sends(o, from, places)
		if reply, ok := o["reply"].(map[string]any); ok {
			answer := record.Client
			if from == record.Client {
				answer = record.Server
			}
			d.sends(reply, answer, places)
		}
	}
}

// sends notes for the messages of an operation, or of a reply, from whom they come; those of its channel where it names none.
func (d *Document) sends(o map[string]any, from record.Peer, places map[string]*documented) {
	list, named := o["messages"].([]any)
	for _, v := range list {
		if r, _ := v.(map[string]any); r != nil {
			ref, _ := r["$ref"].(string)
			at, _, _ := d.follow(ref)
			for _, place := range []string{ref, at} {
				if m := places[place]; m != nil {
					m.from[from] = true
				}
			}
		}
	}
	if ch, _ := o["channel"].(map[string]any); ch != nil && !named {
		ref, _ := ch["$ref"].(string)
		at, _, _ := d.follow(ref)
		for place, m := range places {
			if strings.HasPrefix(place, ref+"/messages/") || at != "" && strings.HasPrefix(place, at+"/messages/") {
				m.from[from] = true
			}
		}
	}
}

// follow is the object at a reference within the document, and where it stands: references to references, and beneath them, are followed.
func (d *Document) follow(ref string) (at string, object map[string]any, err error) {
	const most = 32
	path, local := strings.CutPrefix(ref, "#/")
	if !local {
		return "", nil, fmt.Errorf("$ref %q: only what is in the document itself can be referred to", ref)
	}
	at, object = "#", d.root
	keys := strings.Split(path, "/")
	for range most {
		if next, is := object["$ref"].(string); is {
			path, local := strings.CutPrefix(next, "#/")
			if !local {
				return "", nil, fmt.Errorf("$ref %q: only what is in the document itself can be referred to", next)
			}
			at, object, keys = "#", d.root, append(strings.Split(path, "/"), keys...)
			continue
		}
		if len(keys) == 0 {
			return at, object, nil
		}
		below, ok := object[strings.NewReplacer("~1", "/", "~0", "~").Replace(keys[0])].(map[string]any)
		if !ok {
			return "", nil, fmt.Errorf("%s is no object", ref)
		}
		at, object, keys = at+"/"+keys[0], below, keys[1:]
	}
	return "", nil, fmt.Errorf("%s refers to itself", ref)
}

func escaped(key string) string { return strings.NewReplacer("~", "~0", "/", "~1").Replace(key) }

// channel is the one that a path is of; nil where there is none. One with an address that says more comes first.
func (d *Document) channel(path string) (best *channel) {
	path, _, _ = strings.Cut(path, "?")
	path = "/" + strings.Trim(path, "/")
	for _, c := range d.channels {
		switch {
		case slices.Contains(c.addresses, path):
			return c
		case slices.ContainsFunc(c.addresses, func(address string) bool { return fits(path, address) }):
			if best == nil || len(best.addresses) == 0 {
				best = c
			}
		case best == nil && len(c.addresses) == 0:
			best = c
		}
	}
	return best
}

// fits says whether a path is one of an address with parameters in braces, of which each is at least a letter and within a segment.
func fits(path, address string) bool {
	a, b := strings.Split(path, "/"), strings.Split(address, "/")
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		rest := a[i]
		for pattern := b[i]; ; {
			open := strings.IndexByte(pattern, '{')
			end := strings.IndexByte(pattern, '}')
			if open < 0 || end < open {
				if rest != pattern {
					return false
				}
				break
			}
			if !strings.HasPrefix(rest, pattern[:open]) {
				return false
			}
			rest, pattern = rest[open:], pattern[end+1:]
			literal, _, _ := strings.Cut(pattern, "{")
			stop := len(rest)
			if literal != "" {
				if stop = strings.LastIndex(rest, literal); strings.Contains(pattern, "{") {
					stop = strings.Index(rest, literal)
				}
			}
			if stop < 1 {
				return false
			}
			rest = rest[stop:]
		}
	}
	return true
}

// DocumentChecker holds the records of a run to a document. It is a record.Sink; the run needs Options.Messages and Payload.
type DocumentChecker struct {
	record.NopSink
	document                   *Document
	checker                    *Checker // for what a report may show
	flows                      map[int64]*documentFlow
	channels, unknown, payload *Result
}

type documentFlow struct {
	flow    record.Flow
	channel *channel
}

// Checker begins a run. What r hides no report shows.
func (d *Document) Checker(r *redact.Redactor) *DocumentChecker {
	result := func(name, doc string) *Result {
		return &Result{Rule: "asyncapi/" + name, Severity: "error", Doc: doc}
	}
	return &DocumentChecker{document: d, checker: &Checker{Redactor: r}, flows: map[int64]*documentFlow{},
		channels: result("channel", "each connection is to a channel of "+d.file),
		unknown:  result("message", "each message is one that "+d.file+" has on its channel"),
		payload:  result("payload", "the payloads are as "+d.file+" describes them"),
	}
}

// FlowBegun finds a flow's channel.
func (c *DocumentChecker) FlowBegun(f *record.Flow) error {
	if f.HTTP == nil {
		return nil // of a connection that was joined midway nobody knows
	}
	ch := c.document.channel(f.HTTP.Path)
	c.flows[f.Flow] = &documentFlow{*f, ch}
	c.channels.Judged++
	if ch == nil {
		path, _, _ := strings.Cut(f.HTTP.Path, "?")
		v := (&view{run: c.checker, Flow: f}).shown()
		if c.checker.Redactor != nil {
			path = "the path"
		}
		c.channels.add(breachAt("no channel has the address of "+path, "error", v))
	}
	return nil
}

// FlowEnded forgets a flow.
func (c *DocumentChecker) FlowEnded(f *record.Flow) error {
	delete(c.flows, f.Flow)
	return nil
}

// Message holds a message to those of its channel.
func (c *DocumentChecker) Message(m *record.Message) error {
	f := c.flows[m.Flow]
	if f == nil || f.channel == nil || m.Type != "text" && m.Type != "binary" || !m.Complete || len(m.Data) > query.MaxText {
		return nil
	}
	v := &view{run: c.checker, Flow: &f.flow, Message: m, flows: query.OfFlow(&f.flow)}
	c.unknown.Judged++
	readings := behaviour.Readings(m)
	candidates, nearest, why := 0, "", error(nil)
	for _, is := range f.channel.messages {
		if len(is.from) > 0 && !is.from[m.From] {
			continue
		}
		candidates++
		if is.schema == nil {
			return nil
		}
		err := is.validate(readings)
		if err == nil {
			c.payload.Judged++
			return nil
		}
		if m.App != nil && strings.Contains(strings.ToLower(is.name), strings.ToLower(orDash(m.App.Name))) || bytes.Contains(m.Data, []byte(`"`+is.name+`"`)) {
			nearest, why = is.name, err
		} else if why == nil {
			why = err
		}
	}
	switch {
	case candidates == 0:
		c.unknown.add(breachAt(fmt.Sprintf("the %s says nothing on channel %s, by the document", m.From, f.channel.name), "error", v.shown()))
	case nearest != "" || candidates == 1:
		c.payload.Judged++
		name := nearest
		if name == "" {
			name = "the only message there is"
		}
		text := strings.ReplaceAll(v.mismatch(why), documentURL, "")
		c.payload.add(breachAt(name+": "+text, "error", v.shown()))
	default:
		c.unknown.add(breachAt(fmt.Sprintf("it is none of the %d messages that the %s may send on channel %s", candidates, m.From, f.channel.name), "error", v.shown()))
	}
	return nil
}

// validate holds a message to a schema by any of its readings; the error is about the likeliest.
func (d *documented) validate(readings [][]any) (first error) {
	for _, reading := range readings {
		var err error
		for _, value := range reading {
			if err = d.schema.Validate(value); err != nil {
				break
			}
		}
		if err == nil {
			return nil
		}
		if first == nil {
			first = err
		}
	}
	return first
}

// Results are the verdicts.
func (c *DocumentChecker) Results() []*Result { return []*Result{c.channels, c.unknown, c.payload} }

var _ record.Sink = (*DocumentChecker)(nil)
