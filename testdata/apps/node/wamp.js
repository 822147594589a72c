'use strict';
// wamp.js: autobahn against a small WAMP router, in JSON or MessagePack.
const { encode, decode } = require('@msgpack/msgpack');
const cbor = require('cbor-x');
const NAMES = {
  1: 'HELLO', 2: 'WELCOME', 6: 'GOODBYE', 8: 'ERROR', 16: 'PUBLISH', 17: 'PUBLISHED', 32: 'SUBSCRIBE', 33: 'SUBSCRIBED', 34: 'UNSUBSCRIBE',
  35: 'UNSUBSCRIBED', 36: 'EVENT', 48: 'CALL', 50: 'RESULT', 64: 'REGISTER', 65: 'REGISTERED', 68: 'INVOCATION', 70: 'YIELD',
};

// fox runs fox-wamp's router.
async function fox(spec, app) {
  const Router = require('fox-wamp');
  const { SESSION_RX, SESSION_TX } = require('fox-wamp/lib/messages');
  const router = new Router();
  router.on(SESSION_TX, (_, text) => app.sent(NAMES[JSON.parse(text)[0]]));
  router.on(SESSION_RX, (_, text) => app.received(NAMES[JSON.parse(text)[0]]));
  const server = router.listenWAMP({ port: spec.port, host: '127.0.0.1', perMessageDeflate: false });
  server.on('connection', (ws) => { // both ends would close at once: let the client
    const { close } = ws;
    ws.close = (...args) => setTimeout(() => close.apply(ws, args), 100);
  });
  await new Promise((done) => server.on('listening', done));
}

exports.NAMES = NAMES;

exports.server = async (spec, app) => {
  if (spec.router) return fox(spec, app);
  const { WebSocketServer } = require('ws');
  const wss = new WebSocketServer({ port: spec.port, host: '127.0.0.1', perMessageDeflate: false, handleProtocols: (p) => [...p][0] });
  wss.on('connection', (ws) => {
    const [write, read] = { json: [JSON.stringify, JSON.parse], msgpack: [encode, decode], cbor: [cbor.encode, cbor.decode] }[ws.protocol.slice(7)];
    const say = (m) => { app.sent(NAMES[m[0]]); ws.send(write(m)); };
    const subscriptions = {};
    const procedures = {};
    const calls = {};
    let id = 1000;
    ws.on('message', (data) => {
      const m = read(data);
      app.received(NAMES[m[0]]);
      switch (m[0]) {
        case 1: app.session('4711'); return say([2, 4711, { roles: { broker: {}, dealer: {} } }]);
        case 6: return say([6, {}, 'wamp.close.goodbye_and_out']);
        case 32: subscriptions[m[3]] = ++id; return say([33, m[1], id]);
        case 34: return say([35, m[1]]);
        case 64: procedures[m[3]] = ++id; return say([65, m[1], id]);
        case 16:
          if (m[2].acknowledge) say([17, m[1], ++id]);
          if (subscriptions[m[3]]) say([36, subscriptions[m[3]], ++id, {}, m[4] || []]);
          return;
        case 48:
          if (!procedures[m[3]]) return say([8, 48, m[1], {}, 'wamp.error.no_such_procedure']);
          calls[++id] = m[1];
          return say([68, id, procedures[m[3]], {}, m[4] || []]);
        case 70: return say([50, calls[m[1]], {}, m[3] || []]);
      }
    });
  });
  await new Promise((done) => wss.on('listening', done));
};

exports.client = async (spec, app, sleep) => {
  const autobahn = require('autobahn');
  const WebSocket = require(require.resolve('ws', { paths: [require.resolve('autobahn')] })); // its own copy
  const packed = spec.packed ? [new autobahn.serializer.MsgpackSerializer()] : undefined;
  const { send } = WebSocket.prototype;
  const kind = (data) => NAMES[(spec.packed ? decode(data) : JSON.parse(data))[0]];
  WebSocket.prototype.send = function (data, ...rest) { app.sent(kind(data)); return send.call(this, data, ...rest); };
  const { emit } = WebSocket.prototype;
  WebSocket.prototype.emit = function (event, data, ...rest) {
    if (event === 'message') app.received(kind(data));
    return emit.call(this, event, data, ...rest);
  };
  const connection = new autobahn.Connection({ url: spec.url, realm: 'realm1', serializers: packed, max_retries: 0 });
  const session = await new Promise((done) => { connection.onopen = done; connection.open(); });
  await app.time('REGISTER', () => session.register('com.example.add', ([a, b]) => a + b));
  await app.time('SUBSCRIBE', () => session.subscribe('com.example.news', () => {}));
  for (let i = 0; i < 3; i++) await app.time('com.example.add', () => session.call('com.example.add', [i, 1]));
  await session.call('com.example.missing').catch(() => {});
  session.publish('com.example.news', ['unasked'], {}, { exclude_me: false });
  await app.time('PUBLISH', () => session.publish('com.example.news', ['hello'], {}, { acknowledge: true, exclude_me: false }));
  await sleep(50);
  const closed = new Promise((done) => { connection.onclose = () => { done(); return true; }; });
  connection.close();
  await closed;
};
