'use strict';
// anycable.js: @anycable/core and a small server of actioncable-v1-ext-json: a subscription, its history, messages, pings with their pongs.
exports.server = async (spec, app) => {
  const { WebSocketServer } = require('ws');
  const wss = new WebSocketServer({ port: spec.port, host: '127.0.0.1', perMessageDeflate: false, handleProtocols: () => 'actioncable-v1-ext-json' });
  wss.on('connection', (ws) => {
    const say = (m, kind) => { app.sent(kind ?? m.type); ws.send(JSON.stringify(m)); };
    say({ type: 'welcome', sid: 's1' });
    ws.on('message', (b) => {
      const m = JSON.parse(b);
      app.received(m.command, m.command === 'message' ? JSON.parse(m.data).action : '');
      if (m.command === 'subscribe') say({ type: 'confirm_subscription', identifier: m.identifier });
      if (m.command === 'history') say({ type: 'confirm_history', identifier: m.identifier });
      if (m.command === 'message') say({ identifier: m.identifier, message: { text: 'HELLO' }, stream_id: 'a', epoch: 'e', offset: 1 }, 'message');
    });
  });
  await new Promise((done) => wss.on('listening', done));
};

exports.client = async (spec, app, sleep) => {
  const { createCable, Channel } = await import('@anycable/core');
  const cable = createCable(spec.url, { websocketImplementation: require('ws'), protocol: 'actioncable-v1-ext-json', logLevel: 'error' });
  class Chat extends Channel { static identifier = 'ChatChannel'; }
  const channel = new Chat({ room: '1' });
  channel.on('message', () => app.received('message'));
  app.received('welcome');
  app.sent('subscribe');
  cable.subscribe(channel);
  await app.time('subscribe', () => channel.ensureSubscribed());
  app.received('confirm_subscription');
  for (let i = 0; i < 3; i++) { app.sent('message', 'speak'); await channel.perform('speak', { text: 'hello' }); await sleep(20); }
  await sleep(100);
  cable.disconnect();
  await sleep(100);
};
