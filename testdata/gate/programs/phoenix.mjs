// Channels in the manner of Phoenix: its own JavaScript client, and a server that speaks its serialization on ws.
import { WebSocketServer, WebSocket } from 'ws';
import { Socket } from 'phoenix';
import { base36, email, int, iso, letters, pick, sleep, uuid, within, words } from '../ids.mjs';

export const changes = {
  'reply-lost': [['unanswered', 'count', 'message'], 'new_msg|reply'], 'status-changed': [['value', 'field', 'message'], 'status|error'], 'field-dropped': [['field'], 'inserted_at'],
  'type-changed': [['field'], 'count'], 'event-renamed': [['message'], 'new_msg'], 'order-broken': [['order'], 'presence|history'], 'slower': [['latency'], 'phx_join|reply|search'],
  'heartbeat-lost': [['heartbeat', 'pings', 'message', 'count', 'unanswered'], ''], 'duplicate': [['repeated', 'count'], 'new_msg'], 'presence-lost': [['message', 'count'], 'presence_state'],
  'close-code': [['close'], ''], 'token-lost': [['request', 'finding'], 'token'], 'new-message': [['message'], 'phx_error|moderated'],
};

export async function serve(port, is) {
  const ws = new WebSocketServer({ port, perMessageDeflate: false });
  const rooms = new Map();
  ws.on('connection', socket => {
    const send = (joinRef, ref, topic, event, payload) => socket.send(JSON.stringify([joinRef, ref, topic, event, payload]));
    socket.on('message', async data => {
      const [joinRef, ref, topic, event, payload] = JSON.parse(data);
      const reply = (response, status = 'ok') => send(joinRef, ref, topic, 'phx_reply', { status, response });
      if (event === 'heartbeat') { if (!is('heartbeat-lost')) reply({}); return; }
      if (event === 'phx_join') {
        (rooms.get(topic) ?? rooms.set(topic, new Set()).get(topic)).add(socket);
        await sleep(is('slower') ? 80 : 4);
        reply({ session: uuid() });
        const presence = () => send(joinRef, null, topic, 'presence_state', Object.fromEntries(Array.from({ length: int(1, 3) }, () => [letters(8), { metas: [{ phx_ref: base36(12), online_at: String(int(1e9, 2e9)) }] }])));
        const history = () => send(joinRef, null, topic, 'history', { messages: Array.from({ length: int(0, 4) }, () => ({ id: uuid(), body: words(1, 6) })) });
        if (is('order-broken')) { history(); presence(); } else { if (!is('presence-lost')) presence(); history(); }
      }
      if (event === 'phx_leave') { rooms.get(topic)?.delete(socket); reply({}); send(joinRef, ref, topic, 'phx_close', {}); }
      if (event === 'new_msg') {
        const m = { id: uuid(), body: payload.body, user: email(), inserted_at: iso(), count: is('type-changed') ? String(int(1, 99)) : int(1, 99) };
        if (is('field-dropped')) delete m.inserted_at;
        const text = JSON.stringify([null, null, topic, is('event-renamed') ? 'msg:created' : 'new_msg', m]);
        for (const s of rooms.get(topic) ?? []) { s.send(text); if (is('duplicate')) s.send(text); if (is('new-message')) s.send(JSON.stringify([null, null, topic, 'moderated', { id: m.id }])); }
        if (!is('reply-lost')) reply({ id: m.id }, is('status-changed') ? 'error' : 'ok');
      }
      if (event === 'search') { await sleep(3); reply({ hits: Array.from({ length: int(0, 3) }, () => uuid()) }); }
    });
  });
}

export async function suite(at, is) {
  const open = async () => {
    const s = new Socket(`ws://${at}/socket`, { transport: WebSocket, heartbeatIntervalMs: 250, params: is('token-lost') ? {} : { token: base36(24) }, reconnectAfterMs: () => 1e6 });
    s.connect();
    await new Promise(resolve => s.onOpen(resolve));
    s.join = async topic => { const c = s.channel(topic, { as: letters(5) }); await done(c.join()); return c; };
    s.bye = () => new Promise(resolve => s.disconnect(resolve, is('close-code') ? 4001 : 1000, 'bye'));
    return s;
  };
  const done = push => within(700, new Promise(resolve => { push.receive('ok', resolve); push.receive('error', resolve); }));
  const topics = () => pick(`room:${base36(6)}`, `room:${letters(7)}`, `room:${uuid()}`);
  const tests = [
    async () => { const s = await open(); await s.join(topics()); await s.bye(); },
    async () => { const s = await open(), c = await s.join(topics()); await done(c.push('new_msg', { body: words(1, 9) })); await done(c.leave()); await s.bye(); },
    async () => { const t = topics(), a = await open(), b = await open(), x = await a.join(t), y = await b.join(t); await done(x.push('new_msg', { body: words(1, 9) })); await done(y.push('new_msg', { body: words(1, 9) })); await sleep(20); await a.bye(); await b.bye(); },
    async () => { const s = await open(), c = await s.join(topics()); for (let i = 0; i < 3; i++) await done(c.push('search', { q: words(1, 2) })); await s.bye(); },
    async () => { const s = await open(); await s.join(topics()); await s.join(topics()); await sleep(900); await s.bye(); },
    async () => { const s = await open(), c = await s.join(topics()); for (let i = 0; i < 5; i++) { await done(c.push('new_msg', { body: words(1, 9) })); await sleep(int(20, 120)); } await done(c.leave()); await s.bye(); },
    async () => { const s = await open(); await sleep(650); await s.bye(); },
  ];
  for (const t of tests) await t();
}
