'use strict';
// h2.js: a WebSocket of the ws library over an HTTP/2 stream, RFC 8441; the library itself knows HTTP/1.1 only.
const http2 = require('http2');
const { once } = require('events');
const WebSocket = require('ws');
const lib = require.resolve('ws').replace(/[^/]*$/, 'lib/'); // the package does not export these two
const PerMessageDeflate = require(`${lib}permessage-deflate.js`);
const extension = require(`${lib}extension.js`);

// connect gives a session on which the server has said that it takes extended CONNECT.
async function connect(url, tls) {
  const session = http2.connect(url, { ...tls, paddingStrategy: 0 });
  session.on('error', () => {});
  while (!session.remoteSettings?.enableConnectProtocol) await once(session, 'remoteSettings');
  return session;
}

// overStream makes the WebSocket of a stream: of the server's side from an offer, whose answer it gives, of the client's
// side from that answer. attach lets it begin.
function overStream(stream, deflate, extensions, client = false) {
  const ws = new WebSocket(null, undefined, { autoPong: false });
  ws._isServer = !client;
  if (!deflate || !extensions) return { ws, answer: {} };
  const negotiated = new PerMessageDeflate({ threshold: 0, ...deflate }, !client);
  negotiated.accept(extension.parse(extensions)['permessage-deflate']);
  ws._extensions = { 'permessage-deflate': negotiated };
  return { ws, answer: { 'sec-websocket-extensions': extension.format({ 'permessage-deflate': [negotiated.params] }) } };
}

function attach(ws, stream) {
  ws.setSocket(stream, Buffer.alloc(0), { allowSynchronousEvents: true, maxPayload: 1 << 24, skipUTF8Validation: false });
}

module.exports = { connect, overStream, attach };
