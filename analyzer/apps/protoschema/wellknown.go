package protoschema

// wellKnown is the sources that come with every compiler, as far as decoding needs them
// (https://protobuf.dev/reference/protobuf/google.protobuf/); descriptor.proto is imported for options alone.
var wellKnown = map[string]string{
	"google/protobuf/descriptor.proto": ``,
	"google/protobuf/any.proto":        `package google.protobuf; message Any { string type_url = 1; bytes value = 2; }`,
	"google/protobuf/duration.proto":   `package google.protobuf; message Duration { int64 seconds = 1; int32 nanos = 2; }`,
	"google/protobuf/timestamp.proto":  `package google.protobuf; message Timestamp { int64 seconds = 1; int32 nanos = 2; }`,
	"google/protobuf/empty.proto":      `package google.protobuf; message Empty { }`,
	"google/protobuf/field_mask.proto": `package google.protobuf; message FieldMask { repeated string paths = 1; }`,
	"google/protobuf/struct.proto": `package google.protobuf;
message Struct { map<string, Value> fields = 1; }
enum NullValue { NULL_VALUE = 0; }
message ListValue { repeated Value values = 1; }
message Value { oneof kind {
	NullValue null_value = 1; double number_value = 2; string string_value = 3; bool bool_value = 4;
	Struct struct_value = 5; ListValue list_value = 6; } }`,
	"google/protobuf/wrappers.proto": `package google.protobuf;
message DoubleValue { double value = 1; }
message FloatValue { float value = 1; }
message Int64Value { int64 value = 1; }
message UInt64Value { uint64 value = 1; }
message Int32Value { int32 value = 1; }
message UInt32Value { uint32 value = 1; }
message BoolValue { bool value = 1; }
message StringValue { string value = 1; }
message BytesValue { bytes value = 1; }`,
}
