'use strict';
// nostr.js: nostr-tools and a small relay: an event taken, one refused, a subscription.
exports.server = async (spec, app) => {
  const { WebSocketServer } = require('ws');
  const wss = new WebSocketServer({ port: spec.port, host: '127.0.0.1', perMessageDeflate: false });
  const events = [];
  wss.on('connection', (ws) => {
    const say = (...m) => { app.sent(m[0], m[0] === 'EVENT' ? `kind ${m[2].kind}` : ''); ws.send(JSON.stringify(m)); };
    ws.on('message', (b) => {
      const [kind, ...rest] = JSON.parse(b);
      app.received(kind, kind === 'EVENT' ? `kind ${rest[0].kind}` : '');
      if (kind === 'EVENT') {
        const good = rest[0].kind === 1;
        if (good) events.push(rest[0]);
        say('OK', rest[0].id, good, good ? '' : 'blocked: kind not allowed');
      } else if (kind === 'REQ') { for (const e of events) say('EVENT', rest[0], e); say('EOSE', rest[0]); }
    });
  });
  await new Promise((done) => wss.on('listening', done));
};

exports.client = async (spec, app, sleep) => {
  const WebSocket = require('ws');
  const { finalizeEvent, generateSecretKey } = require('nostr-tools/pure');
  const ws = new WebSocket(spec.url, { perMessageDeflate: false });
  const waits = {};
  ws.on('message', (b) => { const m = JSON.parse(b); app.received(m[0], m[0] === 'EVENT' ? `kind ${m[2].kind}` : ''); if (m[0] !== 'EVENT') waits[m[1]]?.(); });
  await new Promise((done) => ws.once('open', done));
  const key = generateSecretKey();
  for (const kind of [1, 1, 4]) {
    const e = finalizeEvent({ kind, created_at: 1700000000, tags: [], content: `hello ${kind}` }, key);
    app.sent('EVENT', `kind ${kind}`);
    await app.time('EVENT', () => new Promise((done) => { waits[e.id] = done; ws.send(JSON.stringify(['EVENT', e])); }));
  }
  app.sent('REQ');
  await app.time('REQ', () => new Promise((done) => { waits.sub1 = done; ws.send(JSON.stringify(['REQ', 'sub1', { kinds: [1] }])); }));
  app.sent('CLOSE');
  ws.send(JSON.stringify(['CLOSE', 'sub1']));
  await sleep(50);
  ws.close(1000);
  await sleep(50);
};
