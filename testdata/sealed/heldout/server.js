// server.js LIBRARY PORT KEYS: a WebSocket server over TLS by one of node's libraries. What it does is asked for by the path:
// /echo repeats, /push speaks unasked, /rpc answers, /beat pings, /ticker streams once it is asked.
const fs = require('fs'), https = require('https'), W = process.env.WORK;
const [lib, port, keys] = process.argv.slice(2);
const s = https.createServer({key: fs.readFileSync(W + '/k.pem'), cert: fs.readFileSync(W + '/c.pem'), maxVersion: process.env.TLSMAX || 'TLSv1.3'},
  (q, r) => { r.setHeader('content-type', 'text/html'); r.end(fs.readFileSync(__dirname + '/page.html')); });
s.on('keylog', l => fs.appendFileSync(keys, l));
const rnd = n => 1 + Math.floor(Math.random() * n), text = n => 'x'.repeat(n);

// serve gives a connection its life; c is {send, ping, onmessage, onclose}.
function serve(path, c) {
  const timers = [], every = (ms, f) => timers.push(setInterval(f, ms));
  c.onclose(() => timers.forEach(clearInterval));
  if (path.startsWith('/push')) every(60 + rnd(100), () => c.send(text(rnd(220))));
  if (path.startsWith('/beat')) every(500, () => c.ping());
  let streaming = false;
  c.onmessage(m => {
    if (path.startsWith('/rpc')) return setTimeout(() => c.send(JSON.stringify({jsonrpc: '2.0', id: 1, result: text(rnd(300))})), rnd(15));
    if (path.startsWith('/ticker')) { if (!streaming) { streaming = true; let i = 0; every(50, () => c.send(JSON.stringify({s: 'EURUSD', p: 1 + i++ / 7}))); } return; }
    if (path.startsWith('/echo')) c.send(m);
  });
}

if (lib === 'websocket') {
  new (require('websocket').server)({httpServer: s, autoAcceptConnections: false, keepalive: false}).on('request', q => {
    const c = q.accept(null, q.origin);
    serve(q.resource, {send: m => c.connected && c.send(m), ping: () => c.connected && c.ping(Buffer.from('p')),
      onmessage: f => c.on('message', m => f(m.type === 'utf8' ? m.utf8Data : m.binaryData)), onclose: f => c.on('close', f)});
  });
} else if (lib === 'faye') {
  const Faye = require('faye-websocket');
  s.on('upgrade', (q, socket, head) => {
    const c = new Faye(q, socket, head);
    serve(q.url, {send: m => c.send(m), ping: () => c.ping('p'), onmessage: f => c.on('message', e => f(e.data)), onclose: f => c.on('close', f)});
  });
} else if (lib === 'socket.io') {
  new (require('socket.io').Server)(s, {pingInterval: 600, pingTimeout: 3000}).on('connection', c => {
    serve(c.handshake.query.path || '/echo', {send: m => c.emit('m', m), ping: () => {}, onmessage: f => c.on('m', f), onclose: f => c.on('disconnect', f)});
  });
} else if (lib === 'sockjs') {
  const k = require('sockjs').createServer({heartbeat_delay: 600, log: () => {}});
  k.on('connection', c => serve('/rpc', {send: m => c.write(m), ping: () => {}, onmessage: f => c.on('data', f), onclose: f => c.on('close', f)}));
  k.installHandlers(s, {prefix: '/sock'});
}
s.listen(+port, '127.0.0.1', () => console.log('ready'));
