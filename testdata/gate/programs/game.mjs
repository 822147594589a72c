// A match of a game over MessagePack; a long connection for each of two players.
import { WebSocketServer, WebSocket } from 'ws';
import { pack, unpack } from 'msgpackr';
import { base62, int, letters, nanoid, pick, sleep, within } from '../ids.mjs';

export const changes = {
  'reply-lost': [['unanswered', 'count', 'message'], 'build|built'], 'field-dropped': [['field'], 'hp'], 'type-changed': [['field'], 'score'], 'event-renamed': [['message'], 'hit'],
  'order-broken': [['order'], 'hit|score'], 'slower': [['latency'], 'build'], 'state-lost': [['message', 'count'], 'snapshot'], 'duplicate': [['repeated', 'count'], 'score'],
  'ticks-skip': [['sequence'], 'tick|n'], 'close-code': [['close'], ''], 'heartbeat-lost': [['pings', 'heartbeat', 'message', 'count'], ''], 'new-message': [['message'], 'cheat'], 'status-changed': [['value'], 'phase'],
  'deflate-lost': [['extensions'], ''],
};

export async function serve(port, is) {
  const server = new WebSocketServer({ port, perMessageDeflate: !is('deflate-lost') });
  const matches = new Map();
  server.on('connection', (socket, request) => {
    const match = new URL(request.url, 'ws://x').pathname.split('/')[2];
    const players = matches.get(match) ?? matches.set(match, new Set()).get(match);
    const me = { id: nanoid(), socket, n: 0 };
    players.add(me);
    const send = m => socket.send(pack(m));
    const all = m => players.forEach(p => p.socket.send(pack(m)));
    send({ t: 'welcome', you: me.id, match, phase: is('status-changed') ? 'lobby' : 'running', map: { w: 64, h: 64 } });
    const ticks = setInterval(() => {
      if (is('ticks-skip') && me.n % 7 === 3) me.n++;
      if (!is('state-lost')) send({ t: 'snapshot', n: ++me.n, units: Array.from({ length: int(1, 5) }, () => ({ id: nanoid(), x: int(0, 63), y: int(0, 63), hp: int(1, 100) })).map(u => { if (is('field-dropped')) delete u.hp; return u; }) });
    }, 100);
    const pings = is('heartbeat-lost') ? null : setInterval(() => socket.ping(), 400);
    socket.on('message', async data => {
      const m = unpack(data);
      if (m.t === 'build') { await sleep(is('slower') ? 70 : 5); if (!is('reply-lost')) send({ t: 'built', rid: m.rid, unit: nanoid(), cost: int(5, 50) }); }
      if (m.t === 'join') send({ t: 'joined', rid: m.rid, name: m.name, team: pick('red', 'blue') });
      if (m.t === 'attack') {
        const hit = { t: is('event-renamed') ? 'damage' : 'hit', by: me.id, target: m.target, amount: int(1, 20) };
        const score = { t: 'score', player: me.id, score: is('type-changed') ? String(int(0, 99)) : int(0, 99) };
        if (is('order-broken')) { all(score); all(hit); } else { all(hit); all(score); }
        if (is('duplicate')) all(score);
        if (is('new-message')) all({ t: 'cheat', suspect: me.id, why: letters(8) });
      }
      if (m.t === 'leave') { clearInterval(ticks); clearInterval(pings); send({ t: 'over', result: 'won' }); socket.close(is('close-code') ? 1011 : 1000); }
    });
    socket.on('close', () => { players.delete(me); clearInterval(ticks); clearInterval(pings); });
  });
}

export async function suite(at) {
  const play = async match => {
    const s = new WebSocket(`ws://${at}/match/${match}?token=${base62(20)}`, { headers: { 'X-Client-Version': '3.1' } });
    s.binaryType = 'nodebuffer';
    const waits = new Map();
    let n = 0;
    s.on('message', d => { const m = unpack(d); waits.get(m.rid)?.(m); });
    await new Promise(resolve => s.on('open', resolve));
    s.tell = m => s.send(pack(m));
    s.ask = m => within(600, new Promise(resolve => { m.rid = ++n; waits.set(n, resolve); s.tell(m); }));
    s.leave = async () => { s.tell({ t: 'leave' }); await within(900, new Promise(resolve => s.on('close', resolve))); };
    await s.ask({ t: 'join', name: letters(6), rank: int(1, 50) });
    return s;
  };
  const match = nanoid();
  const a = await play(match), b = await play(match);
  for (let i = 0; i < 8; i++) {
    a.tell({ t: 'move', x: int(0, 63), y: int(0, 63) });
    if (i % 2) await a.ask({ t: 'build', kind: pick('farm', 'tower'), x: int(0, 63), y: int(0, 63) });
    if (i % 3 === 0) { b.tell({ t: 'attack', target: nanoid() }); await sleep(15); }
    if (i === 5) await b.ask({ t: 'build', kind: 'tower', x: 1, y: 2 });
    await sleep(int(80, 220));
  }
  await a.leave();
  await b.leave();
  for (let i = 0; i < 3; i++) { const c = await play(base62(8)); await c.ask({ t: 'build', kind: 'farm', x: 0, y: 0 }); c.tell({ t: 'attack', target: base62(8) }); await sleep(120); await c.leave(); }
}
