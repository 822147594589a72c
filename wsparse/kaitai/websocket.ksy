meta:
  id: websocket
  title: A WebSocket message, RFC 6455 §5
  endian: be
doc: |
  The grammar of the well-known Kaitai Struct specification: a message is an initial frame
  and, unless that is finished, trailing frames until one is. Field names are the same.
  What it gets wrong is kept; README.md lists it.
seq:
  - id: initial_frame
    type: frame
  - id: trailing_frames
    type: frame
    repeat: until
    repeat-until: _.header.finished
    if: not initial_frame.header.finished
types:
  frame:
    seq:
      - id: header
        type: frame_header
      - id: payload_bytes
        size: header.len_payload
  frame_header:
    seq:
      - id: finished
        type: b1
      - id: reserved
        type: b3
      - id: opcode
        type: b4
        enum: opcode
      - id: is_masked
        type: b1
      - id: len_payload_primary
        type: b7
      - id: len_payload_extended_1
        type: u2
        if: len_payload_primary == 126
      - id: len_payload_extended_2
        type: u4
        if: len_payload_primary == 127
      - id: mask_key
        type: u4
        if: is_masked
    instances:
      len_payload:
        value: 'len_payload_primary <= 125 ? len_payload_primary : (len_payload_primary == 126 ? len_payload_extended_1 : len_payload_extended_2)'
enums:
  opcode:
    0: continuation
    1: text
    2: binary
    3: reserved_3
    4: reserved_4
    5: reserved_5
    6: reserved_6
    7: reserved_7
    8: close
    9: ping
    10: pong
    11: reserved_control_b
    12: reserved_control_c
    13: reserved_control_d
    14: reserved_control_e
    15: reserved_control_f
