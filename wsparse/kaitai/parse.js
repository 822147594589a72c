// Reads messages, each after its length in 4 bytes, from standard input; writes what a
// parser compiled from websocket.ksy makes of each, as one JSON document a line.
'use strict';

const fs = require('fs');
const yaml = require('js-yaml');
const compiler = require('kaitai-struct-compiler');
const KaitaiStream = require('kaitai-struct/KaitaiStream');

// The compiled source is a module of its own, with one import.
function load(source) {
  const module = { exports: {} };
  const require = () => KaitaiStream;
  new Function('require', 'module', 'exports', source)(require, module, module.exports);
  return module.exports.Websocket || module.exports;
}

function frame(Websocket, f) {
  const h = f.header;
  return {
    finished: h.finished,
    reserved: h.reserved,
    opcode: Websocket.Opcode[h.opcode].toLowerCase(),
    is_masked: h.isMasked,
    len_payload_primary: h.lenPayloadPrimary,
    len_payload_extended_1: h.lenPayloadExtended1,
    len_payload_extended_2: h.lenPayloadExtended2,
    mask_key: h.maskKey,
    len_payload: h.lenPayload,
    payload: Buffer.from(f.payloadBytes).toString('base64'),
  };
}

async function main() {
  const spec = yaml.load(fs.readFileSync(__dirname + '/websocket.ksy', 'utf8'));
  const files = await compiler.compile('javascript', spec, null, false);
  const Websocket = load(files['Websocket.js']);
  const input = fs.readFileSync(0);
  const lines = [];
  for (let at = 0; at < input.length; ) {
    const n = input.readUInt32BE(at);
    const message = input.subarray(at + 4, at + 4 + n);
    at += 4 + n;
    try {
      const io = new KaitaiStream(new Uint8Array(message).buffer);
      const parsed = new Websocket(io);
      const frames = [parsed.initialFrame, ...(parsed.trailingFrames || [])];
      lines.push({ frames: frames.map((f) => frame(Websocket, f)), rest: n - io.pos });
    } catch (e) {
      lines.push({ error: String(e.message || e) });
    }
  }
  process.stdout.write(lines.map((l) => JSON.stringify(l)).join('\n') + '\n');
}

main().catch((e) => {
  console.error(e);
  process.exit(1);
});
