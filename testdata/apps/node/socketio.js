'use strict';
// socketio.js: Socket.IO 2 or 4, on both sides: events, acknowledgements, attachments, rooms, namespaces.
// Polling is journaled by its HTTP requests, read by Engine.IO's own parser.
const hook = require('./hook');
const v2 = (spec) => spec.version === 2;

// watchPolling notes each polling request with the messages that it and its answer carried.
function watchPolling(server, spec) {
  const count = (text) => {
    let n = 0;
    if (v2(spec)) require('socket.io-v2/node_modules/engine.io-parser').decodePayload(text, (p) => { n += p.type === 'message'; });
    else n = require('engine.io-parser').decodePayload(text).filter((p) => p.type === 'message').length;
    return n;
  };
  server.prependListener('request', (req, res) => {
    let asked = '';
    if (req.method === 'POST') req.on('data', (b) => { asked += b; }); // a GET that was read is closed to Engine.IO 3
    const { end } = res;
    const begun = (performance.timeOrigin + performance.now()) / 1000;
    res.end = function (data, ...rest) {
      const post = req.method === 'POST';
      hook.journal.write({
        ev: 'poll', from: req.socket.remotePort, begun, status: res.statusCode,
        client: post ? count(asked) : 0, server: !post && res.statusCode === 200 ? count(String(data)) : 0,
      });
      return end.call(this, data, ...rest);
    };
  });
}

exports.server = (spec, app) => {
  const server = require('http').createServer();
  const options = { pingInterval: 300, pingTimeout: 2000, perMessageDeflate: false, transports: spec.transports };
  const io = v2(spec) ? require('socket.io-v2')(server, options) : new (require('socket.io').Server)(server, options);
  watchPolling(server, spec);
  const tell = (socket, name, ...args) => { app.sent(args.some(Buffer.isBuffer) ? 'binary_event' : 'event', name); socket.emit(name, ...args); };
  io.on('connection', (socket) => {
    app.session(socket.conn.id);
    socket.on('chat', (text) => { app.received('event', 'chat'); tell(socket, 'chat', text.toUpperCase()); });
    socket.on('early', (text, data, ack) => ack(data));
    socket.on('add', (a, b, ack) => { app.received('event', 'add'); setTimeout(() => { app.sent('ack', 'add'); ack(a + b); }, 20); });
    socket.on('never', () => app.received('event', 'never'));
    socket.on('upload', (a, b, ack) => { app.received('binary_event', 'upload'); app.sent('binary_ack', 'upload'); ack({ sizes: [a.length, b.length] }, a); });
    socket.on('join', (room) => {
      app.received('event', 'join');
      socket.join(room);
      app.sent('event', 'joined');
      io.to(room).emit('joined', room);
    });
    socket.on('ask me', async () => {
      app.received('event', 'ask me');
      const start = performance.now();
      app.sent('event', 'question');
      socket.emit('question', 'how are you?', () => { app.received('ack', 'question'); app.answered('question', performance.now() - start); });
    });
  });
  io.of('/admin').on('connection', (socket) => socket.on('stats', (ack) => { app.received('event', 'stats'); app.sent('ack', 'stats'); ack({ users: 1 }); }));
  io.of('/closed').use((socket, next) => { app.sent('connect_error'); next(new Error('not authorized')); });
  return new Promise((done) => server.listen(spec.port, '127.0.0.1', done));
};

exports.client = async (spec, app, sleep) => {
  const io = v2(spec) ? require('socket.io-client-v2') : require('socket.io-client').io;
  const socket = io(spec.url, { transports: spec.transports, reconnection: false, perMessageDeflate: false });
  const heard = (name, kind = 'event') => socket.on(name, () => app.received(kind, name));
  heard('chat');
  heard('joined');
  socket.on('question', (text, ack) => { app.received('event', 'question'); app.sent('ack', 'question'); ack('fine'); });
  const emit = (s, kind, name, ...args) => { app.sent(kind, name); s.emit(name, ...args); };
  const ask = (s, kind, name, ...args) => app.time(name, () => new Promise((done) => emit(s, kind, name, ...args, (...answer) => {
    app.received(answer.some(Buffer.isBuffer) ? 'binary_ack' : 'ack', name);
    done(answer);
  })));
  const upgraded = spec.transports.length < 2 || spec.early ? null : new Promise((done) => socket.io.once('open', () => socket.io.engine.once('upgrade', done)));
  await new Promise((done, fail) => { socket.once('connect', done); socket.once('connect_error', fail); });
  await upgraded;
  if (spec.early) { // said before the WebSocket is there
    await new Promise((done) => socket.emit('early', 'a check ✓ and a smile 😀', Buffer.from('early'), done));
  }
  await sleep(50);
  for (const text of ['hello', 'a "quoted" line\nand another', 'grüße ✓']) emit(socket, 'event', 'chat', text);
  for (let i = 0; i < 4; i++) await ask(socket, 'event', 'add', i, 1);
  await ask(socket, 'binary_event', 'upload', Buffer.from('first attachment'), Buffer.from([1, 2, 3]));
  emit(socket, 'event', 'join', 'blue');
  emit(socket, 'event', 'ask me');
  emit(socket, 'event', 'never', 1, () => {});
  const admin = socket.io.socket('/admin'); // which connects it
  await new Promise((done) => admin.once('connect', done));
  await ask(admin, 'event', 'stats');
  const closed = socket.io.socket('/closed');
  const refused = new Promise((done) => {
    const heard = () => { app.received('connect_error'); done(); };
    closed.once('connect_error', heard);
    closed.once('error', heard);
  });
  await refused;
  await sleep(750);
  socket.io.engine.close();
};

exports.beat = (data) => ({ 2: 'ping', 3: 'pong' }[String(data)]);
