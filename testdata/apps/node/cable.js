'use strict';
// cable.js: @rails/actioncable against a small server of its protocol.
const WebSocket = require('ws');

exports.server = async (spec, app) => {
  const wss = new WebSocket.WebSocketServer({ port: spec.port, host: '127.0.0.1', perMessageDeflate: false, handleProtocols: () => 'actioncable-v1-json' });
  wss.on('connection', (ws) => {
    const say = (m) => { app.sent(m.type || 'message'); ws.send(JSON.stringify(m)); };
    say({ type: 'welcome' });
    const beating = setInterval(() => say({ type: 'ping', message: 1795000000 }), 150);
    ws.on('close', () => clearInterval(beating));
    ws.on('message', (data) => {
      const { command, identifier, data: text } = JSON.parse(data);
      const action = text && JSON.parse(text).action;
      app.received(command, action);
      if (command === 'subscribe') {
        say({ identifier, type: identifier.includes('Secret') ? 'reject_subscription' : 'confirm_subscription' });
      } else if (command === 'message') say({ identifier, message: { said: JSON.parse(text).text } });
    });
  });
  await new Promise((done) => wss.on('listening', done));
};

exports.client = async (spec, app, sleep) => {
  global.addEventListener = global.removeEventListener = () => {};
  global.document = { addEventListener() {}, visibilityState: 'visible' };
  const { createConsumer, adapters } = require('@rails/actioncable/app/assets/javascripts/actioncable.js');
  adapters.WebSocket = class extends WebSocket {
    constructor(url, protocols) {
      super(url, protocols, { perMessageDeflate: false });
      this.on('message', (data) => app.received(JSON.parse(data).type || 'message'));
    }

    send(text) {
      const { command, data } = JSON.parse(text);
      app.sent(command, data && JSON.parse(data).action);
      super.send(text);
    }
  };
  const consumer = createConsumer(spec.url + '/cable');
  let chat;
  await new Promise((connected) => { chat = consumer.subscriptions.create({ channel: 'ChatChannel', room: 'a' }, { connected }); });
  await new Promise((rejected) => consumer.subscriptions.create('SecretChannel', { rejected }));
  chat.perform('speak', { text: 'hello' });
  chat.perform('speak', { text: 'grüße' });
  await sleep(500);
  chat.unsubscribe();
  await sleep(50);
  consumer.disconnect();
  await sleep(50);
};

exports.beat = (data) => (JSON.parse(data).type === 'ping' ? 'ping' : undefined);
