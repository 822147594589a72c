// A chat with rooms on Socket.IO; each test opens its own connections, in any order.
import http from 'node:http';
import { Server } from 'socket.io';
import { io } from 'socket.io-client';
import { base62, email, int, iso, pick, shuffled, sleep, slug, within, words } from '../ids.mjs';

export const changes = {
  'ack-lost': [['unanswered', 'count', 'message'], 'join|ack'], 'status-changed': [['value', 'field'], 'status|ack|join'],
  'event-renamed': [['message'], 'message'], 'order-broken': [['order'], 'history'], 'slower': [['latency'], 'history|search|ack'],
  'heartbeat-lost': [['heartbeat', 'pings', 'message', 'count'], ''], 'field-dropped': [['field'], 'color'], 'type-changed': [['field'], 'sentAt'],
  'deflate-lost': [['extensions'], ''], 'auth-lost': [['request', 'finding'], 'Authorization|credentials'], 'duplicate': [['repeated', 'count'], 'message'],
  'early-close': [['close', 'count', 'message'], ''], 'new-message': [['message'], 'debug'],
};

export async function serve(port, is) {
  const server = http.createServer();
  const app = new Server(server, { transports: ['websocket'], pingInterval: is('heartbeat-lost') ? 60000 : 400, pingTimeout: 20000, perMessageDeflate: is('deflate-lost') ? false : { threshold: 0 } });
  app.on('connection', socket => {
    let name = email();
    socket.on('login', (user, ack) => { name = user.email; ack({ status: 'ok', user: { id: base62(), email: name, roles: ['member'] } }); });
    socket.on('join', (room, ack) => {
      socket.join(room);
      const answer = () => { if (!is('ack-lost')) ack({ status: is('status-changed') ? 'queued' : 'ok', room, members: int(1, 9) }); };
      const history = () => socket.emit('history', Array.from({ length: int(0, 6) }, () => ({ id: base62(), from: email(), text: words(1, 9), color: 'teal' })));
      if (is('order-broken')) { history(); socket.emit('topic', { room, topic: words(2, 5) }); } else { socket.emit('topic', { room, topic: words(2, 5) }); history(); }
      answer();
      socket.to(room).emit('presence', { room, who: name, state: 'joined' });
      if (is('new-message')) socket.emit('debug', { room, trace: base62(20) });
    });
    socket.on('say', (room, text, ack) => {
      const m = { id: base62(), from: name, text, sentAt: is('type-changed') ? iso() : Date.now(), color: 'teal' };
      if (is('field-dropped')) delete m.color;
      const event = is('event-renamed') ? 'chat:message' : 'message';
      app.to(room).emit(event, m);
      if (is('duplicate')) app.to(room).emit(event, m);
      ack({ status: 'ok', id: m.id });
      if (is('early-close') && text.length > 12) setTimeout(() => socket.disconnect(true), 5);
    });
    socket.on('search', async (q, ack) => { await sleep(is('slower') ? 90 : 6); ack({ status: 'ok', hits: Array.from({ length: int(0, 5) }, () => ({ id: base62(), text: words(3, 8) })) }); });
    socket.on('typing', room => socket.to(room).emit('typing', { room, who: name }));
    socket.on('leave', (room, ack) => { socket.leave(room); socket.to(room).emit('presence', { room, who: name, state: 'left' }); ack({ status: 'ok' }); });
  });
  await new Promise(resolve => server.listen(port, resolve));
}

export async function suite(at, is) {
  const connect = async () => {
    const s = io(`ws://${at}`, { transports: ['websocket'], forceNew: true, reconnection: false, extraHeaders: is('auth-lost') ? {} : { Authorization: 'Bearer ' + base62(24) } });
    await new Promise(resolve => s.on('connect', resolve));
    s.ask = (...args) => within(1500, new Promise(resolve => s.emit(...args, resolve)));
    return s;
  };
  const user = async () => { const s = await connect(); await s.ask('login', { email: email(), password: base62(12) }); return s; };
  const tests = {
    async login() { const s = await user(); s.close(); },
    async join() { const s = await user(); await s.ask('join', slug()); s.close(); },
    async message() { const s = await user(), room = slug(); await s.ask('join', room); await s.ask('say', room, words(1, 2)); await sleep(20); s.close(); },
    async two() {
      const a = await user(), b = await user(), room = slug();
      await a.ask('join', room); await b.ask('join', room);
      a.emit('typing', room); await a.ask('say', room, words(4, 6)); await b.ask('say', room, words(4, 6)); await sleep(20);
      await b.ask('leave', room); a.close(); b.close();
    },
    async search() { const s = await user(); for (let i = 0; i < 3; i++) await s.ask('search', { text: pick('a', 'b', 'c'), limit: 5 }); s.close(); },
    async long() { const s = await user(), room = slug(); await s.ask('join', room); for (let i = 0; i < 4; i++) { await s.ask('say', room, words(4, 8)); await sleep(int(150, 350)); } await s.ask('leave', room); s.close(); },
    async idle() { const s = await user(); await sleep(1500); s.close(); },
    async history() { const s = await user(); await s.ask('join', slug()); await s.ask('join', slug()); await s.ask('search', { text: 'x', limit: 3 }); s.close(); },
  };
  for (const name of shuffled(Object.keys(tests))) { await tests[name](); await sleep(10); }
}
