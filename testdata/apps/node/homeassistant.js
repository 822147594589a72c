'use strict';
// homeassistant.js: home-assistant-js-websocket and a small server of its API: a login, states, a service, events, pings.
exports.server = async (spec, app) => {
  const { WebSocketServer } = require('ws');
  const wss = new WebSocketServer({ port: spec.port, host: '127.0.0.1', perMessageDeflate: false });
  wss.on('connection', (ws) => {
    const say = (m) => { app.sent(m.type, m.event?.event_type ?? ''); ws.send(JSON.stringify(m)); };
    say({ type: 'auth_required', ha_version: '2026.11.0' });
    ws.on('message', (b) => {
      const m = JSON.parse(b);
      if (m.type === 'auth') { app.received('auth'); return say({ type: 'auth_ok', ha_version: '2026.11.0' }); }
      app.received('command', m.type);
      if (m.type === 'ping') return say({ id: m.id, type: 'pong' });
      if (m.type === 'call_service' && m.service === 'explode') return say({ id: m.id, type: 'result', success: false, error: { code: 'not_found', message: 'Service not found.' } });
      say({ id: m.id, type: 'result', success: true, result: m.type === 'get_states' ? [{ entity_id: 'light.kitchen', state: 'on' }] : null });
      if (m.type === 'subscribe_events') for (let i = 0; i < 3; i++) say({ id: m.id, type: 'event', event: { event_type: m.event_type, data: { i }, origin: 'LOCAL', time_fired: '2026-11-30T00:00:00Z' } });
    });
  });
  await new Promise((done) => wss.on('listening', done));
};

exports.client = async (spec, app, sleep) => {
  globalThis.WebSocket = require('ws');
  const ha = await import('home-assistant-js-websocket');
  const auth = ha.createLongLivedTokenAuth(spec.url.replace('ws', 'http'), 'a-long-lived-access-token');
  app.received('auth_required'); app.sent('auth'); app.received('auth_ok');
  const c = await ha.createConnection({ auth });
  const ask = async (m) => { app.sent('command', m.type); const v = await app.time(m.type, () => c.sendMessagePromise(m)); app.received('result'); return v; };
  if (c.haVersion) { app.sent('command', 'supported_features'); app.received('result'); }
  await ask({ type: 'get_states' });
  await ask({ type: 'call_service', domain: 'light', service: 'turn_on', service_data: { entity_id: 'light.kitchen' } });
  await ask({ type: 'call_service', domain: 'bomb', service: 'explode' }).catch(() => app.received('result'));
  let seen = 0;
  app.sent('command', 'subscribe_events');
  await c.subscribeEvents(() => { seen++; app.received('event', 'state_changed'); }, 'state_changed');
  app.received('result');
  app.sent('command', 'ping');
  await c.ping();
  app.received('pong');
  await sleep(100);
  c.close();
  await sleep(100);
};
