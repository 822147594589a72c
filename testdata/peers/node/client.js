'use strict';
// client.js SPEC: a WebSocket client that runs each connection's steps, one after the other, and exits.
const http = require('http');
const fs = require('fs');
const { once } = require('events');
const WebSocket = require('ws');
const { Journal, payload, watch } = require('./journal');
const proxies = require('./via');
const { connect, overStream, attach } = require('./h2');

const spec = JSON.parse(process.argv[2]);
const journal = new Journal(spec.log, 'client');
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
const host = spec.host.includes(':') ? `[${spec.host}]` : spec.host;
const tls = spec.tls && { ...spec.tls, ca: fs.readFileSync(spec.tls.ca), servername: 'localhost' };
let session; // of the newest TLS connection

async function get(path, agent) {
  const req = http.get({ host: spec.host, port: spec.port, path, agent });
  const [res] = await once(req, 'response');
  journal.write({ port: res.socket.localPort, ev: 'http', path, status: res.statusCode });
  res.resume();
  await once(res, 'end');
  await sleep(20);
}

async function run(c) {
  const agent = c.before ? new http.Agent({ keepAlive: true, maxSockets: 1 })
    : spec.via && proxies.agent(spec.via, { host: spec.host, port: spec.port }, spec.via.secure && { ...tls });
  for (const path of c.before || []) await get(path, agent);
  const ws = new WebSocket(`${tls ? 'wss' : 'ws'}://${host}:${spec.port}${c.path}`, c.subprotocols || [], {
    agent, autoPong: false, headers: c.headers, ...tls, ...c.tls, session: c.resume && session,
    perMessageDeflate: spec.deflate ? { threshold: 0, ...spec.deflate } : false,
  });
  ws.on('error', (e) => console.error(c.path, c.tls || '', e.message));
  ws.on('upgrade', (res) => {
    const port = res.socket.clientPort || res.socket.localPort;
    res.socket.once('error', (e) => journal.write({ port, ev: 'error', detail: e.code }));
    res.socket.once('end', () => journal.write({ port, ev: 'fin' }));
    // Before the first frame can be read: a server may speak in the segment that holds its 101.
    process.nextTick(() => watch(ws, journal, { port }));
    journal.write({
      port, ev: 'open', path: c.path, status: 101, tls: res.socket.getProtocol?.(),
      cipher: res.socket.getCipher?.().standardName, resumed: res.socket.isSessionReused?.(),
      subprotocol: res.headers['sec-websocket-protocol'] || '',
      extensions: res.headers['sec-websocket-extensions'] || '',
    });
  });
  const socketOf = new Promise((done) => ws._req.once('socket', done));
  if (tls) socketOf.then((socket) => socket.on('session', (s) => { session = s; }));
  const ended = new Promise((done) => {
    ws.once('close', done);
    ws.once('unexpected-response', (req, res) => {
      journal.write({ port: res.socket.localPort, ev: 'refused', path: c.path, status: res.statusCode });
      res.resume();
      res.once('end', done);
    });
  });
  if (c.giveUp) {
    const socket = await socketOf;
    await sleep(c.giveUp);
    journal.write({ port: socket.localPort, ev: 'unanswered', path: c.path });
    ws.terminate();
    return ended;
  }
  const opened = await Promise.race([once(ws, 'open').then(() => true, () => false), ended.then(() => false)]);
  if (!opened) return ended;
  for (const [step, ...args] of c.steps) await STEPS[step](ws, ...args, ended);
}

const STEPS = {
  async send(ws, type, n) { const r = once(ws, 'message'); ws.say(type, payload(type, n)); await r; },
  async utf8(ws, text) { const r = once(ws, 'message'); ws.say('text', Buffer.from(text)); await r; },
  async tell(ws, type, n) { ws.say(type, payload(type, n)); },
  async fragments(ws, type, parts, pings) {
    const r = once(ws, 'message');
    ws.say(type, payload(type, parts.reduce((a, b) => a + b)), parts, pings);
    await r;
  },
  async ping(ws, n) {
    const start = process.hrtime.bigint();
    const r = once(ws, 'pong');
    ws.ping(payload('text', n));
    await r;
    journal.write({ ...ws.where, ev: 'rtt', ms: Number(process.hrtime.bigint() - start) / 1e6 });
  },
  async renegotiate(ws) { await new Promise((done) => ws._socket.renegotiate({}, done)); },
  async pause(ws, ms) { await sleep(ms); },
  async close(ws, ...args) {
    const ended = args.pop();
    ws.close(...args);
    await ended;
  },
  async wait(ws, ended) { await ended; },
  async drop(ws, how, ended) {
    journal.write({ ...ws.where, ev: 'drop', how });
    if (how === 'fin') ws._socket.end();
    else if (ws._socket.resetAndDestroy) ws._socket.resetAndDestroy();
    else ws._socket.close(8); // CANCEL
    await ended;
  },
};

// runStream is run over a stream of an HTTP/2 session, RFC 8441 §5.
async function runStream(c, h2) {
  const offer = spec.deflate ? { 'sec-websocket-extensions': 'permessage-deflate; client_max_window_bits' } : {};
  const stream = h2.request({
    ':method': 'CONNECT', ':protocol': 'websocket', ':scheme': tls ? 'https' : 'http', ':path': c.path,
    ':authority': `localhost:${spec.port}`, 'sec-websocket-version': '13', origin: 'https://localhost', ...offer, ...c.headers,
  }, { endStream: false });
  const ended = new Promise((done) => stream.once('close', done));
  stream.on('error', () => {});
  const [headers] = await once(stream, 'response');
  const where = { port: h2.socket.localPort, stream_id: stream.id };
  if (headers[':status'] !== 200) {
    journal.write({ ...where, ev: 'refused', path: c.path, status: headers[':status'] });
    stream.resume();
    stream.end();
    return ended;
  }
  const extensions = headers['sec-websocket-extensions'] || '';
  const { ws } = overStream(stream, extensions && {}, extensions, true);
  journal.write({
    ...where, ev: 'open', path: c.path, status: 200, subprotocol: '', extensions,
    tls: h2.socket.getProtocol?.(), cipher: h2.socket.getCipher?.().standardName,
  });
  ws.on('error', () => {});
  attach(ws, stream);
  watch(ws, journal, where);
  for (const [step, ...args] of c.steps) await STEPS[step](ws, ...args, ended);
}

(async () => {
  if (spec.h2) {
    const h2 = await connect(`${tls ? 'https' : 'http'}://${host}:${spec.port}`, tls);
    if (spec.parallel) await Promise.all(spec.connections.map((c) => runStream(c, h2)));
    else for (const c of spec.connections) await runStream(c, h2);
    h2.close();
    await sleep(50);
    process.exit(0);
  }
  for (const c of spec.connections) await run(c);
  process.exit(0);
})();
