// Editors of shared documents: y-websocket's own server and client, a document a test.
import http from 'node:http';
import { createRequire } from 'node:module';
import { WebSocketServer, WebSocket } from 'ws';
import * as Y from 'yjs';
import { WebsocketProvider } from 'y-websocket';
import { base36, int, letters, nanoid, pick, sleep, within, words } from '../ids.mjs';
const { setupWSConnection } = createRequire(import.meta.url)('y-websocket/bin/utils');

export const changes = {
  'sync-lost': [['message', 'count', 'unanswered'], ''], 'awareness-lost': [['message', 'count'], ''], 'updates-lost': [['message', 'count'], ''], 'pings-lost': [['pings', 'heartbeat', 'message', 'count'], ''],
  'duplicate': [['repeated', 'count'], ''], 'slower': [['latency'], ''], 'close-code': [['close'], ''], 'early-close': [['close', 'reconnects', 'flows', 'message', 'count'], ''], 'deflate-lost': [['extensions'], ''],
  'larger': [['size'], ''], 'token-lost': [['request', 'finding'], 'token|auth'], 'new-message': [['message'], ''],
};

export async function serve(port, is) {
  const server = http.createServer();
  const ws = new WebSocketServer({ server, perMessageDeflate: is('deflate-lost') ? false : { threshold: 0 } });
  ws.on('connection', (socket, request) => {
    const send = socket.send.bind(socket);
    socket.send = (data, ...rest) => {
      const [kind, step] = data;
      if (is('sync-lost') && kind === 0 && step === 1) return rest.at(-1)?.();
      if (is('updates-lost') && kind === 0 && step === 2) return rest.at(-1)?.();
      if (is('awareness-lost') && kind === 1) return rest.at(-1)?.();
      if (is('slower') && kind === 0 && step === 1) return setTimeout(() => send(data, ...rest), 80);
      if (is('duplicate') && kind === 0 && step === 2) send(data);
      if (is('larger') && kind === 1) data = Buffer.concat([Buffer.from(data), Buffer.alloc(900, 7)]);
      send(data, ...rest);
      if (is('new-message') && kind === 0 && step === 1) send(Buffer.from([2, 1, 3, 110, 111, 33]));
    };
    setupWSConnection(socket, request);
    const pings = is('pings-lost') ? null : setInterval(() => socket.ping(), 300);
    if (is('early-close')) setTimeout(() => socket.close(1011), 120);
    socket.on('close', () => clearInterval(pings));
  });
  await new Promise(resolve => server.listen(port, resolve));
}

export async function suite(at, is) {
  const open = async name => {
    const doc = new Y.Doc();
    const p = new WebsocketProvider(`ws://${at}`, name, doc, { WebSocketPolyfill: WebSocket, params: is('token-lost') ? {} : { auth: base36(20) }, disableBc: true, maxBackoffTime: 100 });
    p.awareness.setLocalStateField('user', { name: words(1, 2), color: '#' + base36(6) });
    await within(700, new Promise(resolve => p.on('sync', resolve)));
    p.type = async n => { for (let i = 0; i < n; i++) { doc.getText('body').insert(0, words(1, 4) + ' '); await sleep(int(5, 25)); } };
    p.bye = async () => { p.shouldConnect = false; if (is('close-code')) p.ws?.close(4009); else p.ws?.close(1000); await sleep(20); p.destroy(); doc.destroy(); };
    return p;
  };
  const tests = [
    async () => { const p = await open(nanoid()); await p.bye(); },
    async () => { const p = await open(letters(9)); await p.type(5); await p.bye(); },
    async () => { const n = base36(8), a = await open(n), b = await open(n); await a.type(4); await b.type(4); await sleep(40); await a.bye(); await sleep(30); await b.bye(); },
    async () => { const p = await open(pick('draft', 'notes') + '-' + base36(5)); await sleep(900); p.awareness.setLocalStateField('cursor', { at: int(0, 99) }); await p.type(2); await p.bye(); },
    async () => { const n = nanoid(), a = await open(n); await a.type(6); const b = await open(n); await sleep(50); await b.bye(); await a.bye(); },
  ];
  for (const t of tests) await t();
}
