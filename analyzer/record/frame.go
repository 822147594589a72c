package record

// Frame is one frame, with the names of the Kaitai Struct WebSocket specification.
type Frame struct {
	Flow                int64   `json:"flow,omitempty"`                                // the number of its flow
	Frame               int64   `json:"frame"`                                         // from 1 in its flow
	From                Peer    `json:"from,omitempty" redact:"open"`                  // client or server
	Time                Time    `json:"time"`                                          // of its first byte
	Packet              int64   `json:"packet,omitempty"`                              // number, in its file, of the packet with its first byte
	File                string  `json:"file,omitempty" redact:"open"`                  // where there are several
	Offset              int64   `json:"offset" unit:"bytes"`                           // bytes of that direction's WebSocket stream before it
	Finished            bool    `json:"finished"`                                      // FIN: the last of its message
	Reserved            uint8   `json:"reserved"`                                      // RSV1 to RSV3 as one number; RSV1 is 4
	Opcode              string  `json:"opcode" redact:"open"`                          // continuation, text, binary, reserved_3 to reserved_7, close, ping, pong, reserved_control_b to reserved_control_f
	IsMasked            bool    `json:"is_masked"`                                     // MASK
	LenPayloadPrimary   uint8   `json:"len_payload_primary" unit:"bytes"`              // the 7-bit length field
	LenPayloadExtended1 *uint16 `json:"len_payload_extended_1,omitempty" unit:"bytes"` // the 16-bit length field; there where the primary is 126
	LenPayloadExtended2 *uint64 `json:"len_payload_extended_2,omitempty" unit:"bytes"` // the 64-bit length field; there where the primary is 127
	MaskKey             *uint32 `json:"mask_key,omitempty"`                            // there where it is masked
	LenPayload          uint64  `json:"len_payload" unit:"bytes"`                      // payload length, in bytes
	Complete            bool    `json:"complete"`                                      // no byte was missing
	IsText              bool    `json:"-"`
	Payload             []byte  `json:"-" redact:"content"` // given as payload_text or payload_bytes with --payload

	fields headerFields // what the pointers point to
}

// headerFields are those fields of a frame's header that not every frame has.
type headerFields struct {
	length1 uint16
	length2 uint64
	key     uint32
}

// SetLength16 sets the 16-bit length field. A copy of the record shares the fields that not every
// frame has: set them again.
func (r *Frame) SetLength16(n uint16) {
	r.fields.length1 = n
	r.LenPayloadExtended1 = &r.fields.length1
}

// SetLength64 sets the 64-bit length field.
func (r *Frame) SetLength64(n uint64) {
	r.fields.length2 = n
	r.LenPayloadExtended2 = &r.fields.length2
}

// SetMaskKey sets the masking key.
func (r *Frame) SetMaskKey(key uint32) {
	r.fields.key = key
	r.MaskKey = &r.fields.key
}
