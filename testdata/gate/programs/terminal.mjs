// A terminal in the browser: a byte at the head says what a binary message is; what comes out comes in pieces of any size.
import http from 'node:http';
import crypto from 'node:crypto';
import { WebSocketServer, WebSocket } from 'ws';
import { base62, int, sleep, within, words } from '../ids.mjs';

export const changes = {
  'title-lost': [['message', 'count'], ''], 'prefs-field-dropped': [['field', 'size'], ''], 'resize-ignored': [['message', 'count', 'unanswered'], ''], 'pings-lost': [['pings', 'heartbeat', 'message', 'count'], ''], 'subprotocol-lost': [['subprotocol', 'finding', 'close'], ''],
  'close-code': [['close'], ''], 'auth-lost': [['request', 'field', 'finding'], ''], 'deflate-lost': [['extensions'], ''], 'early-close': [['close', 'count', 'message'], ''], 'slower': [['latency'], ''], 'new-message': [['message'], ''], 'echo-lost': [['message', 'count'], ''],
};

export async function serve(port, is) {
  const server = http.createServer();
  const ws = new WebSocketServer({ server, perMessageDeflate: is('deflate-lost') ? false : { threshold: 0 }, handleProtocols: p => (is('subprotocol-lost') ? false : 'tty') });
  ws.on('connection', socket => {
    const send = (kind, body) => socket.send(Buffer.concat([Buffer.from(kind), Buffer.isBuffer(body) ? body : Buffer.from(body)]));
    let started = false;
    const pings = is('pings-lost') ? null : setInterval(() => socket.ping(), 350);
    socket.on('close', () => clearInterval(pings));
    socket.on('message', async (data, binary) => {
      const b = Buffer.from(data);
      if (!started) {
        started = true;
        if (!is('title-lost')) send('1', `sh (${words(1, 1)})`);
        const prefs = { fontSize: 13, theme: 'dark', rendererType: 'webgl' };
        if (is('prefs-field-dropped')) delete prefs.theme;
        send('2', JSON.stringify(prefs));
        send('0', '$ ');
        return;
      }
      if (b[0] === 48) {
        if (!is('echo-lost')) send('0', b.subarray(1));
        if (b.includes(13)) {
          await sleep(is('slower') ? 90 : 4);
          for (let n = int(1, 4); n > 0; n--) send('0', crypto.randomBytes(int(4, 200)).toString('hex') + '\r\n');
          send('0', '$ ');
          if (is('new-message')) send('5', 'bell');
          if (is('early-close')) socket.close(1011);
        }
      }
      if (b[0] === 49 && !is('resize-ignored')) send('3', b.subarray(1));
    });
  });
  await new Promise(resolve => server.listen(port, resolve));
}

export async function suite(at, is) {
  const open = async () => {
    const s = new WebSocket(`ws://${at}/token/${base62(16)}/ws`, ['tty'], { headers: is('auth-lost') ? {} : { Authorization: 'Basic ' + base62(12) } });
    s.on('error', () => {});
    await within(500, new Promise(r => { s.on('open', r); s.on('close', r); }));
    const tell = x => s.readyState === 1 && s.send(Buffer.from(x));
    tell(JSON.stringify({ AuthToken: base62(20), columns: 80, rows: 24 }));
    await sleep(30);
    s.key = async text => { for (const c of text) { tell('0' + c); await sleep(int(8, 30)); } };
    s.size = () => tell('1' + JSON.stringify({ columns: int(60, 200), rows: int(20, 60) }));
    s.bye = async () => { s.close(is('close-code') ? 4000 : 1000); await within(500, new Promise(r => s.on('close', r))); };
    return s;
  };
  const tests = [
    async () => { const s = await open(); await s.bye(); },
    async () => { const s = await open(); await s.key('ls\r'); await sleep(30); await s.bye(); },
    async () => { const s = await open(); s.size(); await sleep(15); s.size(); await s.key('top\r'); await sleep(30); await s.bye(); },
    async () => { const s = await open(); await sleep(900); await s.key('exit\r'); await sleep(30); await s.bye(); },
    async () => { const s = await open(); await s.key('cat /etc/hosts\r'); await sleep(40); await s.key('date\r'); await sleep(40); await s.bye(); },
    async () => { const s = await open(); s.size(); await sleep(500); await s.bye(); },
  ];
  for (const t of tests) await t();
}
