'use strict';
// ddp.js: ddp-client and a small server of Meteor's protocol: methods, one that fails, a subscription with its documents, pings.
const ARRAYS = 'ready';

exports.server = async (spec, app) => {
  const { WebSocketServer } = require('ws');
  const wss = new WebSocketServer({ port: spec.port, host: '127.0.0.1', perMessageDeflate: false });
  wss.on('connection', (ws) => {
    const say = (m) => { app.sent(m.msg, m.collection ?? ''); ws.send(JSON.stringify(m)); };
    ws.on('message', (b) => {
      const m = JSON.parse(b);
      app.received(m.msg, m.method ?? m.name ?? '');
      switch (m.msg) {
        case 'connect': say({ msg: 'connected', session: 'abc123' }); return say({ msg: 'ping' });
        case 'method':
          say(m.method === 'boom' ? { msg: 'result', id: m.id, error: { error: 404, reason: 'Not here', message: 'Not here [404]' } } : { msg: 'result', id: m.id, result: 3 });
          return say({ msg: 'updated', methods: [m.id] });
        case 'sub':
          for (let i = 0; i < 3; i++) say({ msg: 'added', collection: 'posts', id: String(i), fields: { i } });
          return say({ msg: ARRAYS, subs: [m.id] });
      }
    });
  });
  await new Promise((done) => wss.on('listening', done));
};

exports.client = async (spec, app, sleep) => {
  const WebSocket = require('ws');
  const ws = new WebSocket(`${spec.url}/websocket`, { perMessageDeflate: false });
  const waits = {};
  const say = (m) => { app.sent(m.msg, m.method ?? m.name ?? ''); ws.send(JSON.stringify(m)); };
  ws.on('message', (b) => {
    const m = JSON.parse(b);
    app.received(m.msg, m.collection ?? '');
    if (m.msg === 'ping') say({ msg: 'pong' });
    const key = m.msg === 'ready' ? m.subs[0] : m.id ?? m.msg;
    if (m.msg !== 'added') waits[key]?.();
  });
  await new Promise((done) => ws.once('open', done));
  const ask = (key, m) => new Promise((done) => { waits[key] = done; say(m); });
  await ask('connected', { msg: 'connect', version: '1', support: ['1', 'pre2'] });
  for (let i = 0; i < 3; i++) await app.time('add', () => ask(`m${i}`, { msg: 'method', method: 'add', params: [i, 1], id: `m${i}` }));
  await ask('m9', { msg: 'method', method: 'boom', params: [], id: 'm9' });
  await app.time('sub posts', () => ask('s1', { msg: 'sub', id: 's1', name: 'posts', params: [] }));
  await sleep(50);
  ws.close(1000);
  await sleep(50);
};
