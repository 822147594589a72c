'use strict';
// engineio.js: Engine.IO alone, with an application's own texts, some of which look like Socket.IO's.
const TEXTS = ['hello', '2["not","an event"]', '0', '42', '{"a":1}'];

exports.server = async (spec, app) => {
  const http = require('http').createServer();
  const server = new (require('engine.io').Server)({ pingInterval: 300, pingTimeout: 2000, transports: ['websocket'] });
  server.attach(http, { path: spec.path || '/realtime/' });
  server.on('connection', (socket) => {
    app.session(socket.id);
    socket.on('message', (text) => { app.received('message'); app.sent('message'); socket.send(text.toUpperCase()); });
  });
  await new Promise((done) => http.listen(spec.port, '127.0.0.1', done));
};

exports.client = async (spec, app, sleep) => {
  const { Socket } = require('engine.io-client');
  const socket = new Socket(spec.url, { path: spec.path || '/realtime/', transports: ['websocket'] });
  await new Promise((done) => socket.once('open', done));
  for (const text of TEXTS) {
    app.sent('message');
    socket.send(text);
    await new Promise((done) => socket.once('message', done));
    app.received('message');
  }
  await sleep(700);
  socket.close();
  await sleep(100);
};
