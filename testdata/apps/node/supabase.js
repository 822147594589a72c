'use strict';
// supabase.js: Supabase's realtime-js and a small server: a channel, broadcasts that it packs, heartbeats.
exports.server = async (spec, app) => {
  const { WebSocketServer } = require('ws');
  const wss = new WebSocketServer({ port: spec.port, host: '127.0.0.1', perMessageDeflate: false });
  wss.on('connection', (ws) => ws.on('message', (b, isBinary) => {
    if (isBinary) { app.received('push', 'broadcast'); return; }
    const [join, ref, topic, event] = JSON.parse(b);
    app.received('push', event);
    app.sent('reply');
    ws.send(JSON.stringify([join, ref, topic, 'phx_reply', { status: 'ok', response: {} }]));
  }));
  await new Promise((done) => wss.on('listening', done));
};

exports.client = async (spec, app, sleep) => {
  const { RealtimeClient } = require('@supabase/realtime-js');
  const c = new RealtimeClient(`${spec.url}/realtime/v1`, { params: { apikey: 'anon' }, transport: require('ws'), heartbeatIntervalMs: 300, vsn: '2.0.0' });
  const channel = c.channel('room');
  app.sent('push', 'phx_join');
  await app.time('phx_join', () => new Promise((done) => channel.subscribe((s) => s === 'SUBSCRIBED' && done())));
  app.received('reply');
  for (let i = 0; i < 4; i++) { app.sent('push', 'broadcast'); await channel.send({ type: 'broadcast', event: 'cursor', payload: { x: i } }); }
  await sleep(50);
  app.sent('push', 'phx_leave');
  await channel.unsubscribe();
  app.received('reply');
  await sleep(50);
  await c.disconnect();
  await sleep(100);
};
