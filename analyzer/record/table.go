package record

//go:generate go run ./maketable

// Table is a record's field table, the one description from which tables, schemas, columns, names of expressions and
// redaction are made. The tables are generated from the records' declarations (table_gen.go): to add a field, declare it.
type Table struct {
	Name   string // of the record's type
	Doc    string
	Fields []Field
}

// Field is a member of a record.
type Field struct {
	Name    string // in JSON
	Kind    Kind   // of its value, or of the list's elements
	List    bool   // it is a list
	Pair    bool   // of pairs of texts
	Pointer bool   // it may be absent, or null in JSON
	Omit    bool   // JSON leaves it out where it is empty
	Small   bool   // an integer of at most 32 bits
	Plain   bool   // a text that is another in every record: Parquet makes no dictionary of it
	Unit    string // seconds, bytes; empty where it counts or is no number
	Doc     string // what its declaration says of it
	Class   Class  // how a text is redacted
	After   string // where its columns stand: behind those of this member; empty where it is declared
	Of      *Table // the members of a nested record

	// Get returns its value in a record, which is given by a pointer.
	Get func(record any) Value
	// At returns an element of a list, which is Value.Any.
	At func(list any, i int) Value
}

// Kind is what a value is.
type Kind uint8

// The kinds. The zero Kind is that of what a record does not have.
const (
	Absent Kind = iota
	Text
	Integer
	Number
	Boolean
	Moment // a Time
	Span   // Seconds
	Raw    // JSON
	Nested // a record
)

// String returns the name that the contract has for a kind.
func (k Kind) String() string {
	return [...]string{"absent", "text", "integer", "number", "boolean", "time", "number", "object", "object"}[k]
}

// Value is the value of a field. Which member holds it depends on the kind.
type Value struct {
	Kind  Kind
	List  bool    // it is a list of them
	Int   int64   // Integer; Boolean, as 0 or 1; Moment and Span, in nanoseconds; the length of a list. A uint64 keeps its bits
	Float float64 // Number
	Text  string  // Text
	Any   any     // a list; Nested, as a pointer; Raw, as JSON
}

func boolean(b bool) Value {
	if b {
		return Value{Kind: Boolean, Int: 1}
	}
	return Value{Kind: Boolean}
}

func raw(j JSON) Value {
	if j == nil {
		return Value{}
	}
	return Value{Kind: Raw, Any: j}
}

// IsZero reports whether a value is absent, a list without elements, or the zero value of its kind. Of records it is only the
// absent one.
func (v *Value) IsZero() bool {
	return v.Int == 0 && v.Float == 0 && v.Text == "" && (v.Any == nil || v.List)
}

// Column is a field of a record or of what is nested in it, as tables have it: lists and the records in them are one column.
type Column struct {
	Path     []string // names, from the record on
	Field    *Field
	Optional bool // a nested record on the way may be absent

	way []*Field // to the record that has the field
}

// Columns returns a record's columns in the order of tables. Fields of keep are one column though they have members.
func (t *Table) Columns(keep ...string) []Column { return t.columns(nil, nil, false, keep) }

func (t *Table) columns(path []string, way []*Field, optional bool, keep []string) (list []Column) {
	for _, f := range t.ordered() {
		at := append(path[:len(path):len(path)], f.Name)
		if f.Kind != Nested || f.List || contains(keep, f.Name) {
			list = append(list, Column{at, f, optional, way})
			continue
		}
		list = append(list, f.Of.columns(at, append(way[:len(way):len(way)], f), optional || f.Pointer, keep)...)
	}
	return list
}

func contains(list []string, s string) bool {
	for _, e := range list {
		if e == s {
			return true
		}
	}
	return false
}

// ordered returns the fields in the order of tables.
func (t *Table) ordered() []*Field {
	var list []*Field
	late := map[string][]*Field{}
	for i := range t.Fields {
		if f := &t.Fields[i]; f.After != "" {
			late[f.After] = append(late[f.After], f)
		}
	}
	for i := range t.Fields {
		if f := &t.Fields[i]; f.After == "" {
			list = append(append(list, f), late[f.Name]...)
		}
	}
	return list
}

// Value returns a column's value in a record, which is given by a pointer.
func (c *Column) Value(record any) Value {
	for _, f := range c.way {
		v := f.Get(record)
		if v.Kind == Absent {
			return v
		}
		record = v.Any
	}
	return c.Field.Get(record)
}
