// A gateway as chat services have it: op, t, s, d; heartbeats by the client; snowflakes.
import http from 'node:http';
import { WebSocketServer, WebSocket } from 'ws';
import { base62, email, hex, int, iso, pick, shuffled, sleep, snowflake, within, words } from '../ids.mjs';

export const changes = {
  'ack-lost': [['pings', 'heartbeat', 'message', 'count', 'unanswered'], ''], 'beats-lost': [['heartbeat', 'message', 'count', 'pings'], ''], 'field-dropped': [['field'], 'author'], 'type-changed': [['field'], 'nonce|id'],
  'event-renamed': [['message'], 'MESSAGE_CREATE'], 'order-broken': [['order'], 'READY|GUILD'], 'sequence-skips': [['sequence'], 's'], 'duplicate': [['repeated', 'count', 'sequence'], 'PRESENCE|TYPING'],
  'slower': [['latency'], ''], 'close-code': [['close'], ''], 'early-close': [['close', 'message', 'count', 'reconnects'], ''], 'new-message': [['message'], 'VOICE'], 'resume-refused': [['message', 'count', 'value'], 'RESUMED|op 9|INVALID'],
  'compress-lost': [['request'], 'compress'],
};

export async function serve(port, is) {
  const server = http.createServer();
  const ws = new WebSocketServer({ server, path: '/gateway/' });
  ws.on('connection', socket => {
    let s = 0;
    const send = (op, d, t = null) => socket.send(JSON.stringify({ op, d, s: t ? (is('sequence-skips') && s % 3 === 1 ? (s += 2) : ++s) : null, t }));
    const create = () => {
      const m = { id: is('type-changed') ? Number(snowflake()) : snowflake(), channel_id: snowflake(), content: words(1, 12), author: { id: snowflake(), username: words(1, 1), bot: false }, timestamp: iso(), mentions: Array.from({ length: int(0, 2) }, snowflake) };
      if (is('field-dropped')) delete m.author;
      return m;
    };
    send(10, { heartbeat_interval: 300 });
    socket.on('message', async data => {
      const m = JSON.parse(data);
      if (m.op === 1 && !is('ack-lost')) send(11, null);
      if (m.op === 2) {
        await sleep(is('slower') ? 90 : 5);
        const ready = () => send(0, { v: 10, user: { id: snowflake(), email: email() }, session_id: hex(32), guilds: [{ id: snowflake(), unavailable: true }] }, 'READY');
        const guild = () => send(0, { id: snowflake(), name: words(1, 3), member_count: int(2, 90), channels: Array.from({ length: int(1, 4) }, () => ({ id: snowflake(), type: int(0, 1) })) }, 'GUILD_CREATE');
        if (is('order-broken')) { guild(); ready(); } else { ready(); guild(); }
      }
      if (m.op === 6) { if (is('resume-refused')) send(9, false); else send(0, { trace: hex(8) }, 'RESUMED'); }
      if (m.op === 3) { const p = { user: { id: snowflake() }, status: m.d.status, activities: [] }; send(0, p, 'PRESENCE_UPDATE'); if (is('duplicate')) send(0, p, 'PRESENCE_UPDATE'); }
      if (m.op === 8) for (let i = 0; i < 2; i++) send(0, { guild_id: m.d.guild_id, members: Array.from({ length: int(1, 4) }, () => ({ id: snowflake(), nick: null })), chunk_index: i, chunk_count: 2 }, 'GUILD_MEMBERS_CHUNK');
      if (m.op === 40) { // the test's own: say something in the channel
        send(0, create(), is('event-renamed') ? 'MESSAGE_POST' : 'MESSAGE_CREATE');
        if (is('new-message')) send(0, { channel_id: snowflake(), user_id: snowflake() }, 'VOICE_STATE_UPDATE');
        if (int(0, 2) === 0) send(0, { channel_id: snowflake(), user_id: snowflake(), timestamp: int(1, 1e9) }, 'TYPING_START');
        if (is('early-close')) socket.close(4000, 'unknown error');
      }
    });
    socket.on('close', () => {});
  });
  await new Promise(resolve => server.listen(port, resolve));
}

export async function suite(at, is) {
  const connect = async first => {
    const s = new WebSocket(`ws://${at}/gateway/?v=10&encoding=json${is('compress-lost') ? '' : '&compress=zlib-stream'}`, { perMessageDeflate: false, headers: { 'User-Agent': 'bot (1.2)' } });
    const waits = [];
    let seq = null;
    s.on('message', data => {
      const m = JSON.parse(data);
      if (m.s) seq = m.s;
      if (m.op === 10 && !is('beats-lost')) s.beats = setInterval(() => s.tell(1, seq), m.d.heartbeat_interval);
      for (const w of waits.filter(w => w.t === (m.t ?? m.op))) w.resolve(m);
    });
    s.tell = (op, d) => s.readyState === 1 && s.send(JSON.stringify({ op, d }));
    s.wait = t => within(500, new Promise(resolve => waits.push({ t, resolve })));
    const hello = s.wait(10);
    await new Promise(resolve => s.on('open', resolve));
    await hello;
    if (first === 2) { const done = s.wait('GUILD_CREATE'); s.tell(2, { token: base62(30), intents: 513, properties: { os: 'linux', device: pick('a', 'b') } }); await done; } else { const done = s.wait('RESUMED'); s.tell(6, { token: base62(30), session_id: hex(32), seq: int(1, 99) }); await done; }
    s.bye = async () => { clearInterval(s.beats); s.close(is('close-code') ? 3001 : 1000); await within(500, new Promise(r => s.on('close', r))); };
    return s;
  };
  const tests = [
    async () => { const s = await connect(2); await s.bye(); },
    async () => { const s = await connect(2); const w = s.wait('MESSAGE_CREATE'); s.tell(40, { n: 1 }); await w; await sleep(10); await s.bye(); },
    async () => { const s = await connect(2); for (let i = 0; i < 4; i++) { const w = s.wait('PRESENCE_UPDATE'); s.tell(3, { status: pick('online', 'idle', 'dnd'), since: 0 }); await w; } await s.bye(); },
    async () => { const s = await connect(6); await sleep(20); await s.bye(); },
    async () => { const s = await connect(2); s.tell(8, { guild_id: snowflake(), query: '', limit: 0 }); await sleep(40); await s.bye(); },
    async () => { const s = await connect(2); await sleep(1100); await s.bye(); },
    async () => { const s = await connect(2); for (let i = 0; i < 5; i++) { s.tell(40, { n: i }); await sleep(30); } await s.bye(); },
  ];
  for (const t of shuffled(tests)) await t();
}
