'use strict';
// server.js SPEC: a WebSocket server that does what the request's path says, until it is killed. It speaks HTTP/1.1, or
// with h2 HTTP/2: `tls`, or `prior` for cleartext with prior knowledge.
const http = require('http');
const http2 = require('http2');
const https = require('https');
const net = require('net');
const { WebSocketServer } = require('ws');
const fs = require('fs');
const { Journal, payload, watch } = require('./journal');
const { overStream, attach } = require('./h2');

const spec = JSON.parse(process.argv[2]);
const journal = new Journal(spec.log, 'server');
const readAll = (paths) => [paths].flat().map((path) => fs.readFileSync(path));
const tls = spec.tls && { ...spec.tls, cert: readAll(spec.tls.cert), key: readAll(spec.tls.key) };
const plain = (req, res) => {
  journal.write({ port: req.socket.remotePort, ev: 'http', path: req.url });
  if (spec.page && req.url === '/page') {
    res.setHeader('Content-Type', 'text/html; charset=utf-8');
    return res.end(fs.readFileSync(spec.page));
  }
  if (spec.page && req.method === 'POST') { // the page's journal
    req.pipe(fs.createWriteStream(spec.pageLog)).on('finish', () => fs.renameSync(spec.pageLog, `${spec.pageLog}.done`));
  }
  res.end('hello\n');
};
const h2 = spec.h2 && { settings: { enableConnectProtocol: true }, paddingStrategy: spec.padding ? 1 : 0 };
const server = h2 ? (tls ? http2.createSecureServer({ ...tls, ...h2 }, plain) : http2.createServer(h2, plain))
  : tls ? https.createServer(tls, plain) : http.createServer(plain);
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
  wss.handleUpgrade(req, socket, head, (ws) => {
    journal.write({ port, ev: 'open', path: req.url, status: 101, subprotocol: ws.protocol });
    serve(watch(ws, journal, { port }), url, socket);
  });
});

if (h2) {
  server.on('connect', () => {}); // else each CONNECT is answered 405
  server.on('stream', (stream, headers) => {
    if (headers[':method'] !== 'CONNECT') return;
    const url = new URL(headers[':path'], 'http://x');
    const where = { port: stream.session.socket.remotePort, stream_id: stream.id };
    stream.on('error', (e) => journal.write({ ...where, ev: 'error', detail: e.code }));
    if (url.pathname === '/refuse') {
      const status = Number(url.searchParams.get('status'));
      journal.write({ ...where, ev: 'refused', path: headers[':path'], status });
      stream.respond({ ':status': status });
      return stream.end('no\n');
    }
    journal.write({ ...where, ev: 'open', path: headers[':path'], status: 200, subprotocol: '' });
    const { ws, answer } = overStream(stream, spec.deflate, headers['sec-websocket-extensions']);
    stream.respond({ ':status': 200, ...answer });
    attach(ws, stream);
    serve(watch(ws, journal, where), url, stream);
  });
}

function serve(ws, url, socket) {
  const where = ws.where;
  const arg = (k) => url.searchParams.get(k);
  ws.on('error', (e) => journal.write({ ...where, ev: 'error', detail: e.code || e.message }));
  if (url.pathname === '/push') {
    ws.say('text', payload('text', 300), [100, 150, 50], true);
    ws.say('binary', payload('binary', 200), [0, 200, 0]);
  }
  ws.on('message', (data, binary) => {
    switch (url.pathname) {
      case '/close': return arg('code') ? ws.close(Number(arg('code')), arg('reason') || '') : ws.close();
      case '/drop':
        journal.write({ ...where, ev: 'drop', how: arg('how') === 'goaway' ? 'fin' : arg('how') });
        if (arg('how') === 'goaway') return socket.session.goaway(0), socket.session.destroy();
        return arg('how') === 'fin' ? socket.end() : socket.resetAndDestroy ? socket.resetAndDestroy() : socket.close(8);
      default: return ws.say(binary ? 'binary' : 'text', data);
    }
  });
}

// With proxyProtocol a connection begins with the PROXY protocol's header, version 1 or 2, which goes unread.
const listener = !spec.proxyProtocol ? server : net.createServer((socket) => {
  socket.once('readable', () => {
    const b = socket.read();
    const end = b[0] === 13 ? 16 + b.readUInt16BE(14) : b.indexOf('\r\n') + 2;
    socket.unshift(b.subarray(end));
    server.emit('connection', socket);
  });
});
listener.listen(spec.port, spec.host, () => console.log('ready'));
