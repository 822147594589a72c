'use strict';
// proxy.js PORT: a proxy that speaks HTTP CONNECT, SOCKS5 and SOCKS4a, told apart by the first byte, and HTTP/2 CONNECT.
const http2 = require('http2');
const net = require('net');

const dial = (port, then) => {
  const out = net.connect(port, '127.0.0.1', () => then(out));
  out.setNoDelay();
  return out;
};
const join = (a, b) => {
  a.on('error', () => b.destroy());
  b.on('error', () => a.destroy());
  a.pipe(b);
  b.pipe(a);
};

const h2 = http2.createServer();
h2.on('connect', () => {}); // else each CONNECT is answered 405
h2.on('stream', (stream, headers) => {
  dial(Number(headers[':authority'].split(':')[1]), (out) => { stream.respond({ ':status': 200 }); join(stream, out); });
});

net.createServer((socket) => {
  socket.setNoDelay();
  socket.on('error', () => {});
  const next = (then) => socket.once('data', then);
  socket.once('readable', () => {
    const first = socket.read();
    if (first === null) return;
    const begin = (reply) => (out) => { socket.write(reply); join(socket, out); };
    if (first[0] === 0x50) { // "PRI"
      socket.unshift(first);
      h2.emit('connection', socket);
    } else if (first[0] === 5) {
      socket.write(Buffer.from([5, 0]));
      next((ask) => { socket.pause(); dial(ask.readUInt16BE(ask.length - 2), begin(Buffer.from([5, 0, 0, 1, 127, 0, 0, 1, 0, 0]))); });
    } else if (first[0] === 4) {
      dial(first.readUInt16BE(2), begin(Buffer.from([0, 90, 0, 0, 0, 0, 0, 0])));
    } else {
      const port = Number(/^CONNECT \S+:(\d+) /.exec(first.toString('latin1'))[1]);
      dial(port, begin('HTTP/1.1 200 Connection established\r\nVia: 1.1 proxy\r\n\r\n'));
    }
  });
}).listen(Number(process.argv[2]), '127.0.0.1', () => console.log('ready'));
