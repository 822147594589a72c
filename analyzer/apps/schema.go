package apps

import (
	"wscope/analyzer/apps/protoschema"
	"wscope/analyzer/record"
)

// schemed reads binary messages by the schema of Protocol Buffers that was given: where
// nothing else is recognised, and text messages then are JSON or nothing.
type schemed struct {
	plainJSON
	types  *protoschema.Choice
	before [2]*protoschema.Message // that a side spoke
	write  protoschema.Writer
}

// byBytes is whether no dialect is known but by the look of its payloads.
func (c *conversation) byBytes() bool { return c.dialect == nil || c.seeker.loose }

// bySchema reads the message in hand by the schema, and takes that up for all to come: what
// was read before, of texts, still counts.
func (c *conversation) bySchema(m *record.Message) bool {
	if !c.try(c.schema, m) {
		return false
	}
	if c.dialect != dialect(c.schema) {
		c.dialect, c.protocol, c.by, c.seeker.loose = c.schema, "protobuf", "schema", true
	}
	return true
}

func (d *schemed) read(c *conversation, m *record.Message) bool {
	if m.Type != "binary" {
		return d.plainJSON.read(c, m)
	}
	t := d.types.Fit(int(c.from), m.Data, d.before[c.from])
	if t == nil {
		return false
	}
	d.before[c.from] = t
	u := unit{kind: short(t.Name), name: short(t.Case(m.Data)), gist: gist(d.write.Line(t, m.Data))}
	for _, name := range discriminators[:fieldChannel] {
		if u.name == "" {
			u.name = short(d.write.Text(t, m.Data, name))
		}
	}
	for _, name := range discriminators[fieldID:fieldError] {
		if u.id == "" {
			u.id = short(d.write.Text(t, m.Data, name))
		}
	}
	u.err = gist(d.write.Text(t, m.Data, "error"))
	var whole bool
	c.decoded, whole = d.write.JSON(t, m.Data)
	c.cut = !whole
	c.add(u)
	return true
}
