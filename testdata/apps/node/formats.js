'use strict';
// formats.js: messages of a private protocol in JSON, MessagePack, CBOR or Protocol Buffers: what names them is found by looking.
const WebSocket = require('ws');

const orders = () => {
  const protobuf = require('protobufjs');
  const { root } = protobuf.parse(`syntax = "proto3"; package shop;
    message Order { string action = 1; uint32 id = 2; repeated Item items = 3; double price = 4; }
    message Item { string name = 1; sint32 amount = 2; bytes picture = 5; }`);
  return root.lookupType('shop.Order');
};

const CODECS = {
  json: () => ({ encode: JSON.stringify, decode: (b) => JSON.parse(b) }),
  msgpack: () => require('@msgpack/msgpack'),
  cbor: () => { const { Encoder } = require('cbor-x'); const e = new Encoder({ useRecords: false, mapsAsObjects: true }); return { encode: (v) => e.encode(v), decode: (b) => e.decode(b) }; },
  protobuf: () => { const Order = orders(); return { encode: (v) => Order.encode(Order.fromObject(v)).finish(), decode: (b) => Order.decode(b) }; },
};

const MESSAGES = [
  { action: 'buy', id: 1, items: [{ name: 'pear', amount: 3, picture: Buffer.from([1, 2, 3, 255]) }, { name: 'grüner Apfel', amount: -1 }], price: 1.5 },
  { action: 'sell', id: 300, items: [], price: 0 }, { action: 'buy', id: 70000, items: [{ name: 'x'.repeat(300), amount: 1 }], price: 2e10 },
];

exports.server = async (spec, app) => {
  const codec = CODECS[spec.format]();
  const wss = new WebSocket.WebSocketServer({ port: spec.port, host: '127.0.0.1', perMessageDeflate: false });
  wss.on('connection', (ws) => ws.on('message', (data) => {
    const m = codec.decode(data);
    app.received(spec.kind, spec.format === 'protobuf' ? undefined : m.action);
    app.sent(spec.kind, spec.format === 'protobuf' ? undefined : 'done');
    ws.send(codec.encode({ action: 'done', id: m.id }));
  }));
  await new Promise((done) => wss.on('listening', done));
};

exports.client = async (spec, app, sleep) => {
  const codec = CODECS[spec.format]();
  const ws = new WebSocket(spec.url + '/shop', { perMessageDeflate: false });
  await new Promise((done) => ws.once('open', done));
  for (const m of MESSAGES) {
    app.sent(spec.kind, spec.format === 'protobuf' ? undefined : m.action);
    ws.send(codec.encode(m));
    await new Promise((done) => ws.once('message', done));
    app.received(spec.kind, spec.format === 'protobuf' ? undefined : 'done');
  }
  ws.close(1000);
  await new Promise((done) => ws.once('close', done));
};
