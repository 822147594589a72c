'use strict';
// phoenix.js: the phoenix client against a small server of channels: joins, pushes, a refusal, heartbeats, binary.
const WebSocket = require('ws');

exports.server = async (spec, app) => {
  const wss = new WebSocket.WebSocketServer({ port: spec.port, host: '127.0.0.1', perMessageDeflate: false });
  wss.on('connection', (ws) => {
    const say = (kind, list) => {
      app.sent(kind, list[3] === 'phx_reply' ? '' : list[3]);
      ws.send(JSON.stringify(list));
    };
    ws.on('message', (data, binary) => {
      if (binary) {
        const sizes = [...data.subarray(1, 5)];
        let at = 5;
        const [join, ref, topic, event] = sizes.map((n) => String(data.subarray(at, at += n)));
        app.received('push', event);
        app.sent('reply', '');
        const texts = [join, ref, topic, 'ok'].map((s) => Buffer.from(s));
        ws.send(Buffer.concat([Buffer.from([1, ...texts.map((b) => b.length)]), ...texts, data.subarray(at)]));
        return;
      }
      const [join, ref, topic, event, payload] = JSON.parse(data);
      app.received('push', event);
      const reply = (status, response) => say('reply', [join, ref, topic, 'phx_reply', { status, response }]);
      if (event === 'phx_join' && topic === 'room:secret') reply('error', { reason: 'unauthorized' });
      else if (event === 'slow') setTimeout(() => reply('ok', {}), 30);
      else if (event === 'never') return;
      else reply('ok', {});
      if (event === 'shout') say('broadcast', [null, null, topic, 'shout', payload]);
    });
  });
  await new Promise((done) => wss.on('listening', done));
};

exports.client = async (spec, app, sleep) => {
  const { Socket } = require('phoenix');
  const socket = new Socket(spec.url + '/socket', {
    transport: class extends WebSocket {
      constructor(...args) {
        super(...args);
        this.on('message', (data, binary) => {
          if (binary) return app.received('reply');
          const event = JSON.parse(data)[3];
          return event === 'phx_reply' ? app.received('reply') : app.received('broadcast', event);
        });
      }

      send(data) {
        const text = typeof data === 'string';
        const sizes = text ? 0 : [...new Uint8Array(data).subarray(1, 5)];
        const at = text ? 0 : 5 + sizes[0] + sizes[1] + sizes[2];
        app.sent('push', text ? JSON.parse(data)[3] : String(Buffer.from(data).subarray(at, at + sizes[3])));
        super.send(data);
      }
    },
    heartbeatIntervalMs: 150, heartbeatAutoReconnect: false,
  });
  socket.connect();
  await new Promise((done) => socket.onOpen(done));
  const wait = (push) => new Promise((done) => push.receive('ok', done).receive('error', done));
  const room = socket.channel('room:lobby', { user: 'me' });
  await app.time('phx_join', () => wait(room.join()));
  await app.time('slow', () => wait(room.push('slow', {})));
  await app.time('shout', () => wait(room.push('shout', { text: 'hello' })));
  await app.time('file', () => wait(room.push('file', new Uint8Array([1, 2, 3, 4]).buffer)));
  room.push('never', {});
  const secret = socket.channel('room:secret');
  await wait(secret.join());
  secret.leave();
  await sleep(400);
  await wait(room.leave());
  await new Promise((done) => socket.disconnect(done));
  await sleep(50);
};

exports.beat = (data, type) => {
  const [, , topic, event] = type === 'text' ? JSON.parse(data) : [];
  return topic === 'phoenix' ? { heartbeat: 'ping', phx_reply: 'pong' }[event] : undefined;
};
