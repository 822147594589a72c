'use strict';
// guacamole.js: Guacamole's client in jsdom and guacamole-lite, in front of a small guacd: a session that draws, is kept in step by
// sync, and gets keys and a clipboard.
const net = require('net');
const { EventEmitter } = require('events');

const say = (...e) => e.map((x) => `${[...String(x)].length}.${x}`).join(',') + ';';

// instructions gives those of a stream, as Guacamole's own parser cuts them.
function instructions(each) {
  const Guacamole = require('guacamole-common-js');
  const parser = new Guacamole.Parser();
  parser.oninstruction = each;
  return (text) => parser.receive(text);
}

// guacd answers as the daemon does: the handshake, then a picture that grows, in steps that the client must acknowledge.
function guacd(port, sleep) {
  return net.createServer((socket) => {
    const receive = instructions(async (op) => {
      if (op === 'select') socket.write(say('args', 'VERSION_1_5_0', 'hostname', 'port', 'password'));
      if (op !== 'connect') return;
      socket.write(say('ready', '$connection-1'));
      socket.write(say('size', 0, 800, 600) + say('name', 'dësk'));
      for (let i = 0; i < 8 && !socket.destroyed; i++) {
        socket.write(say('rect', 0, 10 * i, 0, 10, 10) + say('cfill', 14, 0, 255 - i, 0, 0, 255) + say('sync', 1000 + i));
        await sleep(60);
      }
      if (!socket.destroyed) socket.write(say('nop'));
    });
    socket.setEncoding('utf8');
    socket.on('data', receive);
    socket.on('error', () => {});
  }).listen(port, '127.0.0.1');
}

const tell = (app, verb) => (op, args) => {
  if (op === '') app[verb](args[0] === 'ping' ? 'ping' : 'instruction', args[0] === 'ping' ? '' : 'tunnel');
  else app[verb]('instruction', op);
};

exports.server = async (spec, app, sleep) => {
  globalThis.window ??= globalThis;
  const daemon = spec.port + 1;
  guacd(daemon, sleep);
  const GuacamoleLite = require('guacamole-lite');
  const server = new GuacamoleLite({ port: spec.port, host: '127.0.0.1' }, { host: '127.0.0.1', port: daemon },
    { log: { level: 'QUIET' }, crypt: { cypher: 'AES-256-CBC', key: 'MySuperSecretKeyForParamsToken12' } });
  server.webSocketServer.prependListener('connection', (ws) => {
    const { send } = ws, sent = instructions(tell(app, 'sent')), heard = instructions(tell(app, 'received'));
    ws.send = function (text, ...rest) { sent(String(text)); return send.call(this, text, ...rest); };
    ws.on('message', (b) => heard(String(b)));
  });
};

exports.client = async (spec, app, sleep) => {
  const { JSDOM } = require('jsdom');
  const { window } = new JSDOM('<body></body>', { url: spec.url.replace('ws', 'http') + '/' });
  const nothing = new Proxy(() => {}, { get: (_, k) => (k === 'measureText' ? () => ({ width: 1 }) : nothing), set: () => true, apply: () => nothing });
  window.HTMLCanvasElement.prototype.getContext = () => nothing;
  Object.assign(globalThis, { window, document: window.document, WebSocket: require('ws'), location: window.location, Image: window.Image });
  const Guacamole = require('guacamole-common-js');
  const sent = instructions(tell(app, 'sent')), heard = instructions(tell(app, 'received'));
  const proto = require('ws').prototype;
  const { send, emit } = proto;
  proto.send = function (text, ...rest) { sent(String(text)); return send.call(this, text, ...rest); };
  proto.emit = function (event, data, ...rest) { if (event === 'message') heard(String(data)); return emit.call(this, event, data, ...rest); };
  const crypto = require('crypto');
  const iv = crypto.randomBytes(16), cipher = crypto.createCipheriv('AES-256-CBC', 'MySuperSecretKeyForParamsToken12', iv);
  const value = cipher.update(JSON.stringify({ connection: { type: 'vnc', settings: { hostname: 'h', password: 'p' } } }), 'utf8', 'base64') + cipher.final('base64');
  const token = Buffer.from(JSON.stringify({ iv: iv.toString('base64'), value })).toString('base64');
  const tunnel = new Guacamole.WebSocketTunnel(`${spec.url}/`);
  const client = new Guacamole.Client(tunnel);
  client.onerror = (e) => console.error(e);
  client.connect(`token=${encodeURIComponent(token)}`);
  await new Promise((done) => { client.onstatechange = (s) => s === 3 && done(); });
  for (const key of [0x68, 0x69]) { client.sendKeyEvent(1, key); client.sendKeyEvent(0, key); }
  const writer = new Guacamole.StringWriter(client.createClipboardStream('text/plain'));
  writer.sendText('grüße');
  writer.sendEnd();
  await sleep(900);
  client.disconnect();
  await sleep(100);
};
