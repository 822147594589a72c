'use strict';
// packedio.js: Socket.IO 4 with socket.io-msgpack-parser: events, acknowledgements, a namespace, one that refuses.
const parser = require('socket.io-msgpack-parser');

exports.server = async (spec, app) => {
  const http = require('http').createServer();
  const io = new (require('socket.io').Server)(http, { parser, transports: ['websocket'], perMessageDeflate: false });
  const serve = (socket) => {
    socket.on('add', (a, b, done) => { app.received('event', 'add'); app.sent('ack'); done(a + b); });
    socket.on('picture', (b) => { app.received('event', 'picture'); app.sent('event', 'thanks'); socket.emit('thanks', b.length); });
  };
  io.on('connection', serve);
  io.of('/admin').on('connection', serve);
  io.of('/closed').use((_, next) => next(new Error('not for you')));
  await new Promise((done) => http.listen(spec.port, '127.0.0.1', done));
};

exports.client = async (spec, app, sleep) => {
  const { Manager } = require('socket.io-client');
  const manager = new Manager(spec.url, { parser, transports: ['websocket'] });
  for (const name of ['/', '/admin']) {
    const socket = manager.socket(name);
    await new Promise((done) => socket.once('connect', done));
    for (let i = 0; i < 4; i++) {
      app.sent('event', 'add');
      await app.time('add', () => new Promise((done) => socket.emit('add', i, 1, done)));
      app.received('ack');
    }
    app.sent('event', 'picture');
    socket.emit('picture', Buffer.alloc(2000, 7));
    await new Promise((done) => socket.once('thanks', done));
    app.received('event', 'thanks');
  }
  const closed = manager.socket('/closed');
  await new Promise((done) => closed.once('connect_error', done));
  await sleep(50);
  manager._close();
  await sleep(100);
};
