'use strict';
// pusher.js: pusher-js against a small server of the Pusher Channels protocol.
const WebSocket = require('ws');

exports.server = async (spec, app) => {
  const wss = new WebSocket.WebSocketServer({ port: spec.port, host: '127.0.0.1', perMessageDeflate: false });
  wss.on('connection', (ws) => {
    const say = (kind, name, m) => { app.sent(kind, name); ws.send(JSON.stringify(m)); };
    app.session('123.456');
    say('connected', '', { event: 'pusher:connection_established', data: JSON.stringify({ socket_id: '123.456', activity_timeout: 120 }) });
    ws.on('message', (text) => {
      const { event, channel, data } = JSON.parse(text);
      const kind = event.startsWith('client-') ? 'client event' : event.replace('pusher:', '');
      app.received(kind, kind === 'client event' ? event : data.channel || '');
      if (event === 'pusher:ping') say('pong', '', { event: 'pusher:pong', data: {} });
      if (event === 'pusher:subscribe') {
        say('subscribed', data.channel, { event: 'pusher_internal:subscription_succeeded', channel: data.channel, data: '{}' });
        say('event', 'news', { event: 'news', channel: data.channel, data: JSON.stringify({ text: 'breaking "news"' }) });
      }
      if (kind === 'client event') say('error', '', { event: 'pusher:error', data: { code: 4301, message: 'client events are not enabled' } });
      if (channel === '') ws.close();
    });
  });
  await new Promise((done) => wss.on('listening', done));
};

exports.client = async (spec, app, sleep) => {
  // The build for browsers' workers takes the WebSocket that it finds; the one for node has one inside.
  class Watched extends WebSocket {
    constructor(...args) {
      super(...args);
      this.on('message', (data) => { if (JSON.parse(data).event === 'pusher:pong') app.received('pong'); });
    }

    send(text) { if (JSON.parse(text).event === 'pusher:ping') app.sent('ping'); super.send(text); }
  }
  Object.assign(global, { self: global, WebSocket: Watched, navigator: { onLine: true } });
  const Pusher = require('pusher-js/worker');
  const pusher = new Pusher('key', {
    wsHost: '127.0.0.1', wsPort: spec.port, forceTLS: false, enabledTransports: ['ws'], disableStats: true, cluster: 'none',
    activityTimeout: 200, pongTimeout: 1000, channelAuthorization: { customHandler: (x, done) => done(null, { auth: 'key:secret' }) },
  });
  pusher.connection.bind('connected', () => app.received('connected'));
  await new Promise((done) => pusher.connection.bind('connected', done));
  app.sent('subscribe', 'private-chat');
  const chat = pusher.subscribe('private-chat');
  chat.bind('news', () => app.received('event', 'news'));
  pusher.connection.bind('error', () => app.received('error'));
  await new Promise((done) => chat.bind('pusher:subscription_succeeded', done));
  app.received('subscribed', 'private-chat');
  app.sent('client event', 'client-typing');
  chat.trigger('client-typing', { user: 'me' });
  await sleep(700);
  app.sent('unsubscribe', 'private-chat');
  pusher.unsubscribe('private-chat');
  await sleep(50);
  pusher.disconnect();
  await sleep(50);
};

exports.beat = (data) => ({ 'pusher:ping': 'ping', 'pusher:pong': 'pong' }[JSON.parse(data).event]);
