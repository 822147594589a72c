'use strict';
// centrifuge.js: centrifuge's client and a small server of its JSON protocol: a connect, a subscription with publications, calls,
// one that fails, pings of the server's.
exports.server = async (spec, app) => {
  if (spec.packed) return require('./gopeer').begin('centrifuge', spec.port, '/dev/null');
  const { WebSocketServer } = require('ws');
  const wss = new WebSocketServer({ port: spec.port, host: '127.0.0.1', perMessageDeflate: false });
  wss.on('connection', (ws) => {
    const say = (...list) => { for (const m of list) if (m.id || m.push) app.sent(m.push ? "push" : "reply", m.push ? "pub" : ""); ws.send(list.map((m) => JSON.stringify(m)).join('\n')); };
    let timer;
    ws.on('close', () => clearInterval(timer));
    ws.on('message', (b) => {
      for (const line of String(b).split('\n')) {
        const m = JSON.parse(line);
        const kind = Object.keys(m).find((k) => k !== 'id') ?? 'pong';
        if (kind !== "pong") app.received(kind, kind === 'rpc' ? m.rpc.method : '');
        if (m.connect) { say({ id: m.id, connect: { client: 'c1', version: '6.0.0', ping: 1, pong: true } }); timer = setInterval(() => say({}), 300); }
        if (m.subscribe) say({ id: m.id, subscribe: {} }, ...[1, 2, 3].map((n) => ({ push: { channel: m.subscribe.channel, pub: { data: { n } } } })));
        if (m.rpc) say(m.rpc.method === 'boom' ? { id: m.id, error: { code: 104, message: 'method not found' } } : { id: m.id, rpc: { data: { ok: true } } });
        if (m.publish) say({ id: m.id, publish: {} });
      }
    });
  });
  await new Promise((done) => wss.on('listening', done));
};

exports.client = async (spec, app, sleep) => {
  const { Centrifuge } = require(spec.packed ? 'centrifuge/build/protobuf' : 'centrifuge');
  const data = (v) => (spec.packed ? new TextEncoder().encode(JSON.stringify(v)) : v);
  const c = new Centrifuge(`${spec.url}/connection/websocket`, { websocket: require('ws'), token: 'a.token.that.is.secret' });
  const reply = async (kind, name, op, p) => { app.sent(kind, name); const v = await app.time(op, p).finally(() => app.received('reply')); return v; };
  await reply('connect', '', 'connect', () => new Promise((done) => { c.once('connected', done); c.connect(); }));
  const sub = c.newSubscription('news');
  sub.on('publication', () => app.received('push', 'pub'));
  await reply('subscribe', '', 'subscribe', () => new Promise((done) => { sub.once('subscribed', done); sub.subscribe(); }));
  for (let i = 0; i < 3; i++) await reply('rpc', 'get', 'rpc get', () => c.rpc('get', data({ i })));
  await reply('rpc', 'boom', 'rpc boom', () => c.rpc('boom', data({}))).catch(() => {});
  await reply('publish', '', 'publish', () => c.publish('news', data({ x: 1 })));
  await sleep(700);
  c.disconnect();
  await sleep(100);
};
