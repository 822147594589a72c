'use strict';
// journal.js: what an endpoint did, one JSON line an event, and the payloads it sends.
const fs = require('fs');
const crypto = require('crypto');

class Journal {
  constructor(path, who) { this.path = path; this.who = who; }
  write(event) {
    const t = (performance.timeOrigin + performance.now()) / 1000;
    fs.appendFileSync(this.path, JSON.stringify({ t, who: this.who, ...event }) + '\n');
  }
}

const sha256 = (b) => crypto.createHash('sha256').update(b).digest('hex');

// payload returns n bytes that depend on n alone; text compresses, binary does not.
function payload(type, n) {
  if (type === 'text') {
    const s = `${n}: the quick brown fox jumps over the lazy dog; `;
    return Buffer.from(s.repeat(Math.ceil(n / s.length)).slice(0, n));
  }
  const b = Buffer.alloc(n);
  for (let i = 0, x = n + 1; i < n; i++) { x = (Math.imul(x, 1103515245) + 12345) >>> 0; b[i] = x >>> 16; }
  return b;
}

// watch journals everything that the WebSocket sends and receives. The WebSocket must have autoPong off. where is its
// client port, and over HTTP/2 its stream_id.
function watch(ws, journal, where) {
  const note = (ev, type, data, more) =>
    journal.write({ ...where, ev, type, length: data.length, sha256: sha256(data), ...more });
  ws.where = where;
  const { ping, pong, close } = ws;
  ws.ping = (data, ...rest) => { note('sent', 'ping', Buffer.from(data)); return ping.call(ws, data, ...rest); };
  ws.pong = (data, ...rest) => { note('sent', 'pong', Buffer.from(data)); return pong.call(ws, data, ...rest); };
  ws.close = (code, reason) => {
    if (!ws._closeFrameSent) {
      journal.write({ ...where, ev: 'sent', type: 'close', code: code ?? null, reason: String(reason ?? '') });
    }
    return close.call(ws, code, reason);
  };
  ws._receiver.prependListener('conclude', (code, reason) =>
    journal.write({ ...where, ev: 'received', type: 'close', code: code === 1005 ? null : code, reason: String(reason) }));
  ws.on('message', (data, binary) => note('received', binary ? 'binary' : 'text', data));
  ws.on('pong', (data) => note('received', 'pong', data));
  ws.on('ping', (data) => { note('received', 'ping', data); ws.pong(data); });
  // say sends one message; parts are the lengths of its fragments, between which a ping goes out when asked.
  ws.say = (type, data, parts = [data.length], pings = false) => {
    let at = 0;
    parts.forEach((n, i) => {
      const fin = i === parts.length - 1;
      if (fin) note('sent', type, data, { fragments: parts.length });
      ws.send(data.subarray(at, at + n), { binary: type === 'binary', fin });
      at += n;
      if (pings && !fin) ws.ping(Buffer.from(`between ${i}`));
    });
  };
  return ws;
}

module.exports = { Journal, payload, watch };
