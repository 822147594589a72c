// Package protoschema reads messages of Protocol Buffers by their schema
// (https://protobuf.dev/programming-guides/encoding/): which fields they have, as JSON or as one line.
//
// Start reading at Load, which is given a .proto source or a FileDescriptorSet, then Choose, which
// says what types a conversation speaks, and Choice.Read, which reads a message.
//
// The sources are parsed by emicklei/proto; linking and decoding are here. The reflection of
// google.golang.org/protobuf is not used: it takes its time at each start of the program, and
// allocates what a message says. Here a message is read where it lies, and what is written of it
// is bounded (limits.go), whatever it says.
//
// What it does not do: it checks no schema beyond what decoding needs (protoc does), knows no options,
// and decodes no google.protobuf.Any.
package protoschema
