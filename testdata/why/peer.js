'use strict';
// peer.js server SPEC | clients LIST: a server, or many clients, on node's ws. The fields are told beside their use.
const http = require('http');
const WebSocket = require('../peers/node/node_modules/ws');

const [role, json] = process.argv.slice(2);
const spec = JSON.parse(json);
const later = (s, f) => setTimeout(f, s * 1000);
const vary = (s) => s * (0.7 + 0.6 * Math.random());

if (role === 'server') server(spec); else spec.forEach(client);

function server(o) { // host, port
  const wss = new WebSocket.Server({ noServer: true, maxPayload: o.max || 0, perMessageDeflate: !!o.deflate });
  const begun = Date.now();
  const open = new Map();
  const web = http.createServer((q, a) => a.end('hello'));
  web.on('upgrade', (q, socket, head) => {
    const from = socket.remoteAddress;
    const refuse = (o.refuse || []).find((r) => Date.now() - begun > r.from * 1000 && !(Date.now() - begun > r.to * 1000) && (!r.path || q.url.startsWith(r.path)));
    const status = refuse ? refuse.status : o.limit && (open.get(from) || 0) >= o.limit ? o.limitStatus || 429 : 0; // limit: connections an address
    if (status) return socket.end(`HTTP/1.1 ${status} ${http.STATUS_CODES[status]}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`);
    open.set(from, (open.get(from) || 0) + 1);
    wss.handleUpgrade(q, socket, head, (ws) => {
      ws.alive = Date.now();
      ws.on('error', () => {});
      ws.on('pong', () => { ws.alive = Date.now(); });
      ws.on('message', (m, binary) => { if (!o.mute) ws.send(o.answer ? 'x'.repeat(o.answer) : m, { binary }); if (o.badAfter && /bad/.test(m)) ws._socket.write(Buffer.from(o.badAfter, 'hex')); });
      ws.on('close', () => open.set(from, open.get(from) - 1));
      if (o.age) later(o.age, () => ws.close(o.ageCode || 1008, o.ageReason || 'token expired')); // a token's life
      if (o.push) { const t = setInterval(() => ws.readyState === 1 && ws.send('p'.repeat(o.pushSize || 60)), o.push * 1000); ws.on('close', () => clearInterval(t)); }
      if (o.ping) { // and ends who answers none for so long
        const t = setInterval(() => { if (Date.now() - ws.alive > o.pongWithin * 1000) ws.terminate(); else ws.ping(); }, o.ping * 1000);
        ws.on('close', () => clearInterval(t));
      }
    });
  });
  web.listen(o.port, o.host, () => console.log('ready'));
  process.on('SIGTERM', () => { web.close(); wss.clients.forEach((ws) => ws.close(o.termCode || 1001, o.termReason)); later(0.3, () => process.exit(0)); });
}

// client: local, url, at (when it begins), every (seconds between messages), talk (for how long), size, big: [when, bytes],
// close: [when, code], drop: when, pause: when (reads no more), ping and pongWithin, again: seconds until it connects anew, headers.
function client(o) {
  later(o.at || 0, () => connect(o));
}

function connect(o) {
  const ws = new WebSocket(o.url, { localAddress: o.local, perMessageDeflate: !!o.deflate, headers: o.headers, handshakeTimeout: 20000 });
  const timers = [];
  const after = (s, f) => timers.push(later(s, () => ws.readyState === 1 && f()));
  ws.on('error', () => {});
  ws.on('open', () => {
    const begun = Date.now();
    let alive = Date.now();
    const talk = () => {
      if (ws.readyState !== 1 || Date.now() - begun > o.talk * 1000) return;
      ws.send(JSON.stringify({ text: 'm'.repeat(vary(o.size || 40)) }));
      timers.push(later(vary(o.every), talk));
    };
    if (o.every) timers.push(later(vary(o.every), talk));
    if (o.say) after(o.say[0], () => ws.send(o.say[1]));
    if (o.big) after(o.big[0], () => ws.send('b'.repeat(o.big[1])));
    if (o.close) after(o.close[0], () => ws.close(o.close[1] || 1000, o.close[2]));
    if (o.drop) after(o.drop, () => ws.terminate());
    if (o.pause) after(o.pause, () => ws._socket.pause());
    if (o.ping) {
      ws.on('pong', () => { alive = Date.now(); });
      const t = setInterval(() => { if (Date.now() - alive > o.pongWithin * 1000) ws.terminate(); else if (ws.readyState === 1) ws.ping(); }, o.ping * 1000);
      ws.on('close', () => clearInterval(t));
    }
  });
  ws.on('close', () => {
    timers.forEach(clearTimeout);
    if (o.again !== undefined) later(o.again, () => connect(o));
  });
}
