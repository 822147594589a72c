'use strict';
// chat.js server|client PORT REGRESSION: two people in a room of a chat, over Socket.IO with acknowledgements.
const { createServer } = require('http');
const { Server } = require('../../apps/node/node_modules/socket.io');
const { io } = require('../../apps/node/node_modules/socket.io-client');

const [role, port, regression] = [process.argv[2], Number(process.argv[3]), process.argv[4]];
const worse = (name) => regression === name;
const pause = (ms) => new Promise((done) => setTimeout(done, ms));

function serve() {
  const http = createServer();
  const chat = new Server(http, {
    transports: ['websocket'], pingInterval: 400, pingTimeout: 20000, perMessageDeflate: worse('compression-off') ? false : { threshold: 0 },
  });
  let drops = worse('reconnect-loop') ? 5 : 0;
  const history = [];
  chat.on('connection', (socket) => {
    const ws = socket.conn.transport.socket;
    if (drops-- > 0) return setTimeout(() => ws._socket.resetAndDestroy(), 20);
    let greeted = false;
    socket.on('captcha', (answer, ack) => ack({ ok: true }));
    socket.on('join', (room, user, ack) => {
      socket.data.user = user;
      socket.join(room);
      ack({ ok: true, members: chat.sockets.adapter.rooms.get(room).size });
      const steps = [() => socket.emit('topic', { room, topic: 'release planning', setBy: 'root' }), () => socket.emit('history', history.slice(-5))];
      (worse('out-of-order') ? steps.reverse() : steps).forEach((step) => step());
      socket.to(room).emit('joined', { user });
    });
    socket.on('say', async (room, text, ack) => {
      if (worse('slower-operation')) await pause(120);
      const message = { from: socket.data.user, text: text.repeat(worse('larger-payload') ? 40 : 1), ts: Date.now(), color: 'blue' };
      if (worse('dropped-field')) delete message.color;
      history.push(message);
      chat.to(room).emit(worse('renamed-event') ? 'chatMessage' : 'message', message);
      if (worse('duplicate-message')) chat.to(room).emit('message', message);
      ack({ delivered: chat.sockets.adapter.rooms.get(room).size });
      if (greeted) return;
      greeted = true;
      const typing = Buffer.from('42["typing",{"user":"bot"}]');
      if (worse('protocol-violation')) ws._socket.write(Buffer.concat([Buffer.from([0x81, 126, 0, typing.length]), typing])); // 16 bits of length for 27
      else socket.emit('typing', { user: 'bot' });
    });
    socket.on('leave', () => ws.close(worse('wrong-close-code') ? 1011 : 1000));
  });
  http.listen(port, '127.0.0.1', () => console.log('ready'));
}

function mute({ engine }) { // no pong of Engine.IO's
  const send = engine._sendPacket.bind(engine);
  engine._sendPacket = (type, ...rest) => (type === 'pong' ? undefined : send(type, ...rest));
}

async function talk() {
  const words = ['hello there', 'how is the build', 'lgtm', 'shipping on friday then', 'coffee?'];
  const people = [];
  for (const name of ['ada', 'bob']) {
    const person = io(`ws://127.0.0.1:${port}`, { transports: ['websocket'], reconnectionDelay: 40, reconnectionDelayMax: 60, randomizationFactor: 0 });
    if (worse('missing-pong')) person.io.on('open', () => mute(person.io));
    await pause(worse('reconnect-loop') ? 600 : 100);
    while (!person.connected) await pause(50);
    if (worse('extra-round-trip')) await person.emitWithAck('captcha', { answer: 7 });
    await person.emitWithAck('join', 'dev', name);
    people.push(person);
  }
  for (let i = 0; i < 6; i++) {
    await people[i % 2].emitWithAck('say', 'dev', words[Math.floor(Math.random() * words.length)]);
    await pause(60);
  }
  await pause(300);
  for (const person of people) {
    const gone = new Promise((done) => person.once('disconnect', done));
    person.io.reconnection(false);
    person.emit('leave');
    await gone;
  }
  process.exit(0);
}

role === 'server' ? serve() : talk();
