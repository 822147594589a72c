// A wall of cards on ShareDB: its own server and client, operational transformation, presence, keys of one letter.
import http from 'node:http';
import { Duplex } from 'node:stream';
import { WebSocket, WebSocketServer } from 'ws';
import ShareDB from 'sharedb';
import { Connection } from 'sharedb/lib/client/index.js';
import { base36, email, int, nanoid, pick, shuffled, sleep, slug, words } from '../ids.mjs';

export const changes = {
  'reply-lost': [['unanswered', 'count', 'message'], 'op'], 'error-reply': [['message', 'value', 'field'], 'error|op'], 'field-dropped': [['field'], 'owner'],
  'type-changed': [['field'], 'width'], 'kind-renamed': [['message'], '\\bp\\b|where'], 'slower': [['latency'], 'qf'], 'duplicate': [['repeated', 'count', 'sequence'], 'op'],
  'state-changed': [['value'], 'state'], 'new-message': [['message'], 'notice'], 'close-code': [['close'], ''], 'query-lost': [['request'], 'seat'], 'heartbeat-lost': [['heartbeat', 'pings', 'message', 'count', 'unanswered'], ''],
};

export async function serve(port, is) {
  const backend = new ShareDB({ presence: true, doNotForwardSendPresenceErrorsToClient: true });
  const server = http.createServer();
  const wss = new WebSocketServer({ server });
  const out = m => {
    const ack = m.a === 'op' && m.op === undefined && m.create === undefined && m.del === undefined;
    if (ack && is('reply-lost')) return [];
    if (ack && is('error-reply')) return [{ ...m, error: { code: 'ERR_OP_SUBMIT_REJECTED', message: 'the card is locked' } }];
    if (m.a === 'pp' && is('heartbeat-lost')) return [];
    if (m.a === 'p' && is('kind-renamed')) return [{ ...m, a: 'where' }];
    const card = m.a === 's' && m.data?.data;
    if (card) {
      const c = { ...card };
      if (is('field-dropped')) delete c.owner;
      if (is('type-changed')) c.width = `${c.width}px`;
      if (is('state-changed')) c.state = 'frozen';
      m = { ...m, data: { ...m.data, data: c } };
    }
    if (m.a === 'op' && !ack && is('duplicate')) return [m, m];
    if (ack && is('new-message')) return [m, { a: 'notice', text: words(2, 5) }];
    return [m];
  };
  wss.on('connection', ws => {
    const stream = new Duplex({
      objectMode: true, read() {},
      async write(m, _, done) {
        done();
        if (m.a === 'qf' && is('slower')) await sleep(85);
        for (const one of out(m)) if (ws.readyState === 1) ws.send(JSON.stringify(one));
      },
    });
    ws.on('message', text => stream.push(JSON.parse(text)));
    ws.on('close', () => { stream.push(null); stream.end(); stream.destroy(); });
    stream.on('error', () => {});
    backend.listen(stream);
  });
  await new Promise(resolve => server.listen(port, resolve));
}

export async function suite(at, is) {
  const open = async () => {
    const ws = new WebSocket(`ws://${at}/wall/${slug()}${is('query-lost') ? '' : `?seat=${nanoid()}`}`);
    const c = new Connection(ws);
    c.on('error', () => {});
    await new Promise(resolve => c.once('connected', resolve));
    const beat = setInterval(() => { try { c.ping(); } catch { /* it is closing */ } }, 290);
    c.bye = async () => {
      clearInterval(beat);
      const gone = new Promise(resolve => ws.once('close', resolve));
      ws.close(is('close-code') ? 4100 : 1000, 'leaving');
      await gone;
    };
    return c;
  };
  const ms = 700;
  const told = f => Promise.race([new Promise(resolve => f(resolve)), sleep(ms)]);
  const make = () => ({ title: words(1, 3), owner: email(), width: int(100, 400), state: pick('open', 'done'), votes: 0 });
  const card = async (c, id) => {
    const d = c.get('cards', id ?? base36(9));
    d.on('error', () => {});
    await told(done => d.subscribe(done));
    if (!id) await told(done => d.create(make(), done));
    return d;
  };
  const tests = [
    async () => { const c = await open(); await card(c); await c.bye(); },
    async () => { const c = await open(), d = await card(c); for (let i = 0; i < 4; i++) { await told(done => d.submitOp([{ p: ['votes'], na: int(1, 3) }], done)); await sleep(int(5, 40)); } await c.bye(); },
    async () => {
      const a = await open(), b = await open(), d = await card(a), e = await card(b, d.id);
      for (let i = 0; i < 3; i++) await told(done => d.submitOp([{ p: ['votes'], na: 1 }], done));
      await told(done => e.submitOp([{ p: ['title', 0], si: `${words(1, 1)} ` }], done));
      await sleep(60); await a.bye(); await b.bye();
    },
    async () => { const c = await open(); for (let i = 0; i < 4; i++) { await told(done => c.createFetchQuery('cards', { state: pick('open', 'done') }, null, done)); await sleep(15); } await c.bye(); },
    async () => {
      const a = await open(), b = await open(), room = `desk-${base36(6)}`;
      const there = b.getPresence(room); await told(done => there.subscribe(done));
      const here = a.getPresence(room).create(nanoid());
      for (let i = 0; i < 5; i++) { await told(done => here.submit({ x: int(0, 900), y: int(0, 600) }, done)); await sleep(int(5, 30)); }
      await sleep(40); await a.bye(); await b.bye();
    },
    async () => { const c = await open(), ids = []; for (let i = 0; i < 3; i++) ids.push((await card(c)).id); const b = await open(); for (const id of ids) await card(b, id); await b.bye(); await c.bye(); },
    async () => { const c = await open(); await sleep(1100); await c.bye(); },
    async () => { const c = await open(), d = await card(c); await told(done => d.unsubscribe(done)); await told(done => d.fetch(done)); await told(done => d.del(done)); await c.bye(); },
  ];
  for (const test of shuffled(tests)) await test();
}
