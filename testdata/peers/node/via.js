'use strict';
// via.js: agents that reach the server through a proxy: HTTP CONNECT (over HTTP/1.1 or HTTP/2), SOCKS5, SOCKS4a, or the
// absolute form of a request. proxy.js is the other end.
const http = require('http');
const http2 = require('http2');
const https = require('https');
const net = require('net');
const tls = require('tls');
const { once } = require('events');

const read = async (socket, enough) => {
  let got = Buffer.alloc(0);
  while (!enough(got)) got = Buffer.concat([got, (await once(socket, 'data'))[0]]);
};
const port16 = (port) => Buffer.from([port >> 8, port & 255]);

const TUNNELS = {
  async connect(socket, { port }) {
    socket.write(`CONNECT localhost:${port} HTTP/1.1\r\nHost: localhost:${port}\r\nProxy-Connection: keep-alive\r\n\r\n`);
    await read(socket, (b) => b.includes('\r\n\r\n'));
  },
  async socks5(socket, { port }) {
    socket.write(Buffer.from([5, 1, 0]));
    await read(socket, (b) => b.length >= 2);
    socket.write(Buffer.concat([Buffer.from([5, 1, 0, 3, 9]), Buffer.from('localhost'), port16(port)]));
    await read(socket, (b) => b.length >= 10);
  },
  async socks4a(socket, { port }) {
    socket.write(Buffer.concat([Buffer.from([4, 1]), port16(port), Buffer.from([0, 0, 0, 1]), Buffer.from('me\0localhost\0')]));
    await read(socket, (b) => b.length >= 8);
  },
};

// tunnel gives a stream to the server, and the port of its TCP connection.
async function tunnel(via, target) {
  if (via.kind === 'h2') {
    const session = http2.connect(`http://127.0.0.1:${via.port}`);
    const stream = session.request({ ':method': 'CONNECT', ':authority': `localhost:${target.port}` });
    await once(stream, 'response');
    stream.once('close', () => session.close());
    return { stream, port: session.socket.localPort };
  }
  const socket = net.connect(via.port, '127.0.0.1');
  await once(socket, 'connect');
  socket.setNoDelay();
  await TUNNELS[via.kind](socket, target);
  return { stream: socket, port: socket.localPort };
}

// agent is an http.Agent whose sockets go through the proxy and know their `clientPort`.
function agent(via, target, secure) {
  const a = secure ? new https.Agent() : new http.Agent();
  if (via.kind === 'absolute') {
    const { addRequest } = a;
    a.addRequest = (req, options, ...rest) => {
      req.path = `http://${target.host}:${target.port}${req.path}`;
      return addRequest.call(a, req, { ...options, port: via.port }, ...rest);
    };
    return a;
  }
  a.createConnection = (options, done) => {
    tunnel(via, target).then(({ stream, port }) => {
      const socket = secure ? tls.connect({ ...secure, socket: stream, servername: 'localhost' }) : stream;
      socket.clientPort = port;
      done(null, socket);
    }, done);
  };
  return a;
}

module.exports = { agent };
