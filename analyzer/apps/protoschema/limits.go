package protoschema

// Limits of what a schema may hold, and of what is read and written of a message.
const (
	maxFiles  = 2000      // sources that import each other
	maxSource = 16 << 20  // bytes of one source
	maxDepth  = 64        // declarations inside declarations; protoc allows 32
	maxAbove  = 16        // folders above the schema in which imports are looked for
	maxNested = 100       // messages inside messages: the limit of the official libraries
	maxFields = 20000     // fields of a message that are told, those of its messages included
	maxJSON   = 256 << 10 // bytes of JSON, beyond which fields are left out
	maxLine   = 600       // bytes of the one line, the same; before control characters are escaped
)
