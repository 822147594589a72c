'use strict';
// server.js SPEC: a WebSocket server that does what the request's path says, until it is killed.
const http = require('http');
const https = require('https');
const { WebSocketServer } = require('ws');
const fs = require('fs');
const { Journal, payload, watch } = require('./journal');

const spec = JSON.parse(process.argv[2]);
const journal = new Journal(spec.log, 'server');
const readAll = (paths) => [paths].flat().map((path) => fs.readFileSync(path));
const tls = spec.tls && { ...spec.tls, cert: readAll(spec.tls.cert), key: readAll(spec.tls.key) };
const plain = (req, res) => {
  journal.write({ port: req.socket.remotePort, ev: 'http', path: req.url });
  res.end('hello\n');
};
const server = tls ? https.createServer(tls, plain) : http.createServer(plain);
const wss = new WebSocketServer({
  noServer: true, autoPong: false,
  perMessageDeflate: spec.deflate ? { threshold: 0, ...spec.deflate } : false,
  handleProtocols: (offered) => (offered.has('chat.v2') ? 'chat.v2' : false),
});

server.on('upgrade', (req, socket, head) => {
  const url = new URL(req.url, 'http://x');
  const port = socket.remotePort;
  if (url.pathname === '/unanswered') {
    journal.write({ port, ev: 'unanswered', path: req.url });
    return socket.on('data', () => {}).on('end', () => socket.end());
  }
  if (url.pathname === '/refuse') {
    const status = Number(url.searchParams.get('status'));
    journal.write({ port, ev: 'refused', path: req.url, status });
    const body = 'no\n';
    const more = status === 401 ? 'WWW-Authenticate: Basic realm="x"\r\n' : '';
    return socket.end(`HTTP/1.1 ${status} ${http.STATUS_CODES[status]}\r\nConnection: close\r\n${more}` +
      `Content-Type: text/plain\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
  }
  socket.once('error', (e) => journal.write({ port, ev: 'error', detail: e.code }));
  socket.once('end', () => journal.write({ port, ev: 'fin' }));
  wss.handleUpgrade(req, socket, head, (ws) => serve(watch(ws, journal, port), req, url, socket, port));
});

function serve(ws, req, url, socket, port) {
  journal.write({ port, ev: 'open', path: req.url, status: 101, subprotocol: ws.protocol });
  const arg = (k) => url.searchParams.get(k);
  ws.on('error', (e) => journal.write({ port, ev: 'error', detail: e.code || e.message }));
  if (url.pathname === '/push') {
    ws.say('text', payload('text', 300), [100, 150, 50], true);
    ws.say('binary', payload('binary', 200), [0, 200, 0]);
  }
  ws.on('message', (data, binary) => {
    switch (url.pathname) {
      case '/close': return arg('code') ? ws.close(Number(arg('code')), arg('reason') || '') : ws.close();
      case '/drop':
        journal.write({ port, ev: 'drop', how: arg('how') });
        return arg('how') === 'rst' ? socket.resetAndDestroy() : socket.end();
      default: return ws.say(binary ? 'binary' : 'text', data);
    }
  });
}

server.listen(spec.port, spec.host, () => console.log('ready'));
