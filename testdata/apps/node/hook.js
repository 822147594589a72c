'use strict';
// hook.js: journals what every copy of the ws library in this process sends and receives, without a change to the
// libraries above it. require it before them.
const Module = require('module');
const crypto = require('crypto');
const { Journal } = require('../../peers/node/journal');

const sha256 = (b) => crypto.createHash('sha256').update(b).digest('hex');
const bytes = (data) => (typeof data === 'string' ? Buffer.from(data) : Array.isArray(data) ? Buffer.concat(data)
  : ArrayBuffer.isView(data) ? Buffer.from(data.buffer, data.byteOffset, data.byteLength) : Buffer.from(data ?? ''));

let journal;
let beatOf = () => undefined;
exports.begin = (path, who) => { journal = exports.journal = new Journal(path, who); return journal; };
// beats is told which messages are the subprotocol's heartbeats: f says 'ping', 'pong' or nothing of one's content.
exports.beats = (f) => { beatOf = (type, data) => (type === 'text' || type === 'binary' ? f(data, type) : undefined); };

const note = (ws, ev, type, data, more) => ws.journalPort
  && journal.write({ port: ws.journalPort, ev, type, length: data.length, sha256: sha256(data), beat: beatOf(type, data), ...more });

// frameOf reads an unmasked single frame, as engine.io encodes one for many receivers at once.
function frameOf(list) {
  const b = Buffer.concat(list.map(bytes));
  const n = b[1] & 127;
  return { type: (b[0] & 15) === 1 ? 'text' : 'binary', data: b.subarray(n === 126 ? 4 : n === 127 ? 10 : 2) };
}

function patch(WebSocket) {
  const proto = WebSocket.prototype;
  if (proto.journaled) return;
  proto.journaled = true;
  const { send, ping, pong, close, setSocket, emit } = proto;
  let inside = 0; // a call of the API: its frames are known already
  const within = (f) => { inside++; try { return f(); } finally { inside--; } };
  proto.send = function (data, options, cb) {
    const binary = options && typeof options.binary === 'boolean' ? options.binary : typeof data !== 'string';
    if (this.readyState === 1) note(this, 'sent', binary ? 'binary' : 'text', bytes(data));
    return within(() => send.call(this, data, options, cb));
  };
  proto.ping = function (data, ...rest) { note(this, 'sent', 'ping', bytes(data)); return within(() => ping.call(this, data, ...rest)); };
  proto.pong = function (data, ...rest) { note(this, 'sent', 'pong', bytes(data)); return within(() => pong.call(this, data, ...rest)); };
  proto.close = function (code, reason) {
    if (this.readyState !== 0 && !this._closeFrameSent && this.readyState !== 3) {
      journal.write({ port: this.journalPort, ev: 'sent', type: 'close', code: code ?? null, reason: String(reason ?? '') });
    }
    return within(() => close.call(this, code, reason));
  };
  proto.setSocket = function (socket, ...rest) {
    const server = this._isServer;
    this.journalPort = server ? socket.remotePort : socket.localPort;
    journal.write({
      port: this.journalPort, ev: 'open', status: 101, subprotocol: this._protocol || this.protocol || '',
      extensions: Object.keys(this._extensions || {}).join(', '), ...(server ? {} : { path: new URL(this.url).pathname + new URL(this.url).search }),
    });
    setSocket.call(this, socket, ...rest);
    this._receiver.prependListener('conclude', (code, reason) => journal.write({
      port: this.journalPort, ev: 'received', type: 'close', code: code === 1005 ? null : code, reason: String(reason),
    }));
    const { sendFrame } = this._sender;
    this._sender.sendFrame = (list, cb) => {
      const f = !inside && (list[0][0] & 15) < 3 && frameOf(list);
      if (f) note(this, 'sent', f.type, f.data);
      return sendFrame.call(this._sender, list, cb);
    };
  };
  proto.emit = function (event, data, binary) {
    if (event === 'message') note(this, 'received', (binary ?? typeof data !== 'string') ? 'binary' : 'text', bytes(data));
    if (event === 'ping' || event === 'pong') note(this, 'received', event, bytes(data));
    return emit.apply(this, arguments);
  };
}

const { _load } = Module;
Module._load = function (request, parent, ...rest) {
  // These bring a client of their own for node, where a browser's would be; ws is one.
  if (request === 'faye-websocket') return { Client: Module._load('ws', module) };
  const m = _load.call(this, request, parent, ...rest);
  if (request === 'ws' || /[\\/]ws[\\/](index|lib[\\/]websocket)\.js$/.test(request)) patch(m.WebSocket || m);
  return m;
};
