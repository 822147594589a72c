'use strict';
// builds.js server|client PORT REGRESSION: a build service in JSON-RPC 2.0, with notifications of the server's.
const { WebSocket, WebSocketServer } = require('../../peers/node/node_modules/ws');

const [role, port, regression] = [process.argv[2], Number(process.argv[3]), process.argv[4]];
const worse = (name) => regression === name;
const pause = (ms) => new Promise((done) => setTimeout(done, ms));

function serve() {
  let drops = worse('reconnect-loop') ? 6 : 0;
  const server = new WebSocketServer({ port, host: '127.0.0.1', perMessageDeflate: !worse('compression-off') && { threshold: 0 } }, () => console.log('ready'));
  server.on('connection', (ws) => {
    if (drops-- > 0) return setTimeout(() => ws._socket.resetAndDestroy(), 10);
    const say = (message) => ws.send(JSON.stringify({ jsonrpc: '2.0', ...message }));
    const timer = setInterval(() => (ws.readyState === 1 ? ws.ping() : clearInterval(timer)), 150);
    const methods = {
      initialize: () => ({ name: 'builder', version: '1.4.2', capabilities: { build: true, test: true } }),
      license: () => ({ valid: true }),
      async list() {
        await pause(5);
        const targets = ['core', 'web', 'cli'].map((name) => ({ name, files: Math.floor(Math.random() * 90), lang: 'go' }));
        if (worse('dropped-field')) targets.forEach((t) => delete t.lang);
        return { targets, note: 'n'.repeat(worse('larger-payload') ? 1500 : 1) };
      },
      async build({ target }) {
        await pause(worse('slower-operation') ? 300 : 10);
        const queued = { method: 'build/queued', params: { target, position: 1 } };
        const started = { method: worse('renamed-event') ? '$/buildStarted' : 'build/started', params: { target, token: Math.random().toString(16).slice(2) } };
        (worse('out-of-order') ? [started, queued] : [queued, started]).forEach(say);
        for (let i = 1; i <= 3; i++) {
          await pause(15);
          const progress = { method: 'build/progress', params: { target, percent: i * 33, at: Date.now() } };
          say(progress);
          if (worse('duplicate-message') && i === 2) say(progress);
        }
        if (worse('protocol-violation')) ws._socket.write(Buffer.from([0xa9, 0])); // a ping with RSV2 set: the client fails the connection
        return { status: 'ok', took: Math.random() * 100 };
      },
      shutdown() {
        setTimeout(() => ws.close(worse('wrong-close-code') ? 1001 : 1000, 'done'), 10);
        return null;
      },
    };
    ws.on('error', () => {});
    ws.on('message', async (data) => {
      const { id, method, params } = JSON.parse(data);
      say({ id, result: await methods[method](params) });
    });
  });
}

const dial = () => new Promise((done, fail) => {
  const ws = new WebSocket(`ws://127.0.0.1:${port}/rpc`, 'jsonrpc', { autoPong: !worse('missing-pong'), perMessageDeflate: { threshold: 0 } });
  ws.on('open', () => setTimeout(() => (ws.readyState === 1 ? done(ws) : fail()), 60));
  ws.on('error', () => {});
  ws.on('close', () => fail());
});

async function work() {
  let ws;
  while (!ws) ws = await dial().catch(() => pause(30));
  ws.on('close', () => process.exit(0));
  let id = 0;
  const pending = {};
  ws.on('message', (data) => {
    const message = JSON.parse(data);
    if (message.id !== undefined) pending[message.id]();
  });
  const call = (method, params) => new Promise((done) => {
    pending[++id] = done;
    ws.send(JSON.stringify({ jsonrpc: '2.0', id, method, params }));
  });
  await call('initialize', { client: 'ide', pid: process.pid });
  if (worse('extra-round-trip')) await call('license', { key: 'x' });
  await call('list', {});
  for (const target of ['core', 'web']) {
    await call('build', { target });
    await pause(40);
  }
  await call('list', {});
  await pause(100);
  await call('shutdown');
}

role === 'server' ? serve() : work();
