'use strict';
// bolt.js: neo4j-driver as it is built for browsers, which speaks Bolt over WebSocket, and a small server: queries, a transaction, one that fails.
const KINDS = { 0x01: 'HELLO', 0x02: 'GOODBYE', 0x0f: 'RESET', 0x10: 'RUN', 0x11: 'BEGIN', 0x12: 'COMMIT', 0x13: 'ROLLBACK', 0x2f: 'DISCARD', 0x3f: 'PULL', 0x54: 'TELEMETRY', 0x66: 'ROUTE', 0x6a: 'LOGON', 0x6b: 'LOGOFF', 0x70: 'SUCCESS', 0x71: 'RECORD', 0x7e: 'IGNORED', 0x7f: 'FAILURE' };

// pack is PackStream of what the server says.
function pack(v) {
  if (v === null) return Buffer.from([0xc0]);
  if (typeof v === 'boolean') return Buffer.from([v ? 0xc3 : 0xc2]);
  if (typeof v === 'number') { const b = Buffer.alloc(5); b[0] = 0xca; b.writeInt32BE(v, 1); return b; }
  if (typeof v === 'string') { const s = Buffer.from(v); return Buffer.concat([Buffer.from([0xd0, s.length]), s]); }
  if (Array.isArray(v)) return Buffer.concat([Buffer.from([0xd4, v.length]), ...v.map(pack)]);
  const e = Object.entries(v);
  return Buffer.concat([Buffer.from([0xd8, e.length]), ...e.flatMap(([k, x]) => [pack(k), pack(x)])]);
}
function chunked(b) {
  const parts = [];
  for (let at = 0; at < b.length; at += 1000) { const p = b.subarray(at, at + 1000); parts.push(Buffer.from([p.length >> 8, p.length & 255]), p); }
  return Buffer.concat([...parts, Buffer.from([0, 0])]);
}
// text is the string that a structure begins with.
const text = (b) => (b[2] >> 4 === 8 ? b.subarray(3, 3 + (b[2] & 15)) : b[2] === 0xd0 ? b.subarray(4, 4 + b[3]) : b.subarray(5, 5 + b.readUInt16BE(3))).toString();

exports.server = async (spec, app, sleep) => {
  const { WebSocketServer } = require('ws');
  const wss = new WebSocketServer({ port: spec.port, host: '127.0.0.1', perMessageDeflate: false });
  wss.on('connection', (ws) => {
    let held = Buffer.alloc(0), shaken = false, failed = false, rows = 0;
    const say = (kind, ...fields) => {
      const sig = Number(Object.entries(KINDS).find(([, k]) => k === kind)[0]);
      app.sent(kind);
      return chunked(Buffer.concat([Buffer.from([0xb0 | fields.length, sig]), ...fields.map(pack)]));
    };
    const answer = (b) => {
      const kind = KINDS[b[1]];
      app.received(kind);
      if (kind === 'GOODBYE') return [];
      if (kind === 'RESET') { failed = false; return [say('SUCCESS', {})]; }
      if (failed) return [say('IGNORED')];
      if (kind === 'HELLO') return [say('SUCCESS', { server: 'Neo4j/5.20.0', connection_id: 'bolt-1', hints: {} })];
      if (kind === 'RUN') {
        const query = text(b);
        if (/FAIL/.test(query)) { failed = true; return [say('FAILURE', { code: 'Neo.ClientError.Statement.SyntaxError', message: 'no such clause' })]; }
        rows = /MANY/.test(query) ? 30 : 2;
        return [say('SUCCESS', { fields: ['n', 's'], t_first: 1, qid: 0 })];
      }
      if (kind === 'PULL') return [...Array.from({ length: rows }, (_, i) => say('RECORD', [i, 'row '.repeat(i % 30)])), say('SUCCESS', { type: 'r', t_last: 1, has_more: false })];
      return [say('SUCCESS', {})];
    };
    ws.on('message', async (data) => {
      held = Buffer.concat([held, data]);
      if (!shaken) {
        if (held.length < 20) return;
        shaken = true;
        held = held.subarray(20);
        ws.send(Buffer.from([0, 0, 0, 5]));
      }
      const out = [];
      for (let message = Buffer.alloc(0), at = 0; held.length >= at + 2;) {
        const n = held.readUInt16BE(at);
        if (held.length < at + 2 + n) break;
        message = Buffer.concat([message, held.subarray(at + 2, at + 2 + n)]);
        at += 2 + n;
        if (n > 0) continue;
        held = held.subarray(at);
        at = 0;
        if (message.length) out.push(...answer(message));
        message = Buffer.alloc(0);
      }
      if (!out.length) return;
      await sleep(10);
      const all = Buffer.concat(out);
      for (let at = 0; at < all.length; at += 700) ws.send(all.subarray(at, at + 700)); // cut anywhere
    });
  });
  await new Promise((done) => wss.on('listening', done));
};

exports.client = async (spec, app, sleep) => {
  globalThis.WebSocket = require('ws');
  globalThis.window = globalThis.self = globalThis;
  globalThis.location ??= { protocol: 'http:' };
  const neo4j = require('neo4j-driver/lib/browser/neo4j-web.js');
  const named = { debug: (m) => {
    let said = /C: (\w+)/.exec(m), heard = /S: (\w+)/.exec(m);
    if (said && Object.values(KINDS).includes(said[1])) app.sent(said[1]);
    if (heard && Object.values(KINDS).includes(heard[1])) app.received(heard[1]);
  } };
  const driver = neo4j.driver(spec.url.replace('ws', 'bolt'), neo4j.auth.basic('neo4j', 'a secret'), { encrypted: false, maxConnectionPoolSize: 1, telemetryDisabled: true, logging: { level: 'debug', logger: (_, m) => named.debug(m) } });
  const session = driver.session();
  for (let i = 0; i < 3; i++) await session.run('MATCH (n) RETURN n, $i', { i });
  await session.run('MATCH (n) RETURN MANY n', { pad: 'p'.repeat(3000) });
  await session.run('FAIL').catch(() => {});
  const tx = await session.beginTransaction();
  await tx.run('CREATE (n) RETURN n');
  await tx.commit();
  await session.close();
  await driver.close();
  await sleep(50);
};
