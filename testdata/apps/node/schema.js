'use strict';
// schema.js: a chat in Protocol Buffers by formats/chat.proto, as protobufjs writes and reads it. Both ends journal what
// protobufjs takes each message for.
const path = require('path');
const protobuf = require('protobufjs');
const WebSocket = require('ws');

const FOLDER = path.join(__dirname, '../formats');

function types() {
  const root = new protobuf.Root();
  root.resolvePath = (_, target) => (protobuf.common.get(target) ? target : path.join(FOLDER, target));
  root.loadSync('chat.proto', { keepCase: true });
  return { client: root.lookupType('chat.v1.ClientMessage'), server: root.lookupType('chat.v1.ServerMessage') };
}

const plain = (type, m) => type.toObject(m, { longs: String, enums: String, bytes: String });
const kind = (type) => type.fullName.slice(1);

// speaker sends and receives for one end.
function speaker(ws, app, own, other, heard) {
  ws.on('message', (data) => {
    const m = other.decode(data);
    app.received(kind(other), m.body);
    heard(m);
  });
  return (fields) => {
    const m = own.fromObject(fields);
    const bytes = own.encode(m).finish();
    app.sent(kind(own), own.decode(bytes).body);
    app.decoded(plain(own, own.decode(bytes)));
    ws.send(bytes);
  };
}

exports.server = async (spec, app) => {
  const { client, server } = types();
  const wss = new WebSocket.WebSocketServer({ port: spec.port, host: '127.0.0.1', perMessageDeflate: false });
  wss.on('connection', (ws) => {
    let who;
    const say = speaker(ws, app, server, client, (m) => {
      switch (m.body) {
        case 'join':
          who = m.join.as;
          return say({ request_id: m.request_id, joined: {
            members: [{ name: 'Zoë', role: 'HOST' }, { ...who, invited_by: { name: 'Zoë', invited_by: { name: 'nobody' } } }],
            scores: [-1, 0, 300, -70000], since: { seconds: 1795000000, nanos: 5 } } });
        case 'say':
          if (!m.say.text) return say({ request_id: m.request_id, error: 'nothing was said' });
          return say({ request_id: m.request_id, event: { by: who, say: m.say, number: '18446744073709551615', weight: -0.25, kinds: { 1: 'SHOUT', 70000: 'PLAIN' } } });
      }
    });
  });
  await new Promise((done) => wss.on('listening', done));
};

exports.client = async (spec, app) => {
  const { client, server } = types();
  const ws = new WebSocket(spec.url + '/chat', { perMessageDeflate: false });
  await new Promise((done) => ws.once('open', done));
  const say = speaker(ws, app, client, server, () => {});
  const ask = (m) => { say(m); return new Promise((done) => ws.once('message', done)); };
  await ask({ request_id: 1, join: { room: 'lobby', as: { name: 'Ann' }, seen: { lobby: '9007199254740993', attic: -1 } } });
  await ask({ request_id: 2, say: { text: 'grüß "euch"\n', kind: 'SHOUT', picture: Buffer.from([0, 1, 254, 255]), silent: false } });
  await ask({ request_id: 3, say: {} });
  say({ request_id: 4, leave: {} });
  ws.close(1000);
  await new Promise((done) => ws.once('close', done));
};
