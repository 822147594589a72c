'use strict';
// sip.js: JsSIP and a small registrar: a registration that is challenged, a message, one that is refused.
exports.server = async (spec, app) => {
  const { WebSocketServer } = require('ws');
  const wss = new WebSocketServer({ port: spec.port, host: '127.0.0.1', perMessageDeflate: false, handleProtocols: () => 'sip' });
  wss.on('connection', (ws) => ws.on('message', (b) => {
    const text = String(b);
    if (!text.trim()) return;
    const method = text.split(' ')[0];
    app.received('request', method);
    const keep = (name) => text.split('\r\n').filter((l) => l.toLowerCase().startsWith(`${name}:`)).join('\r\n');
    const say = (status, more = '') => {
      app.sent('response', method);
      ws.send(`SIP/2.0 ${status}\r\n${keep('via')}\r\n${keep('from')}\r\n${keep('to')};tag=1\r\n${keep('call-id')}\r\n${keep('cseq')}\r\n${more}Content-Length: 0\r\n\r\n`);
    };
    if (method === 'REGISTER' && !/^Authorization:/im.test(text)) return say('401 Unauthorized', 'WWW-Authenticate: Digest realm="small", nonce="n1", algorithm=MD5\r\n');
    if (method === 'REGISTER') return say('200 OK', keep('contact') + '\r\nExpires: 600\r\n');
    say(/mallory/.test(text.split('\r\n')[0]) ? '404 Not Found' : '200 OK');
  }));
  await new Promise((done) => wss.on('listening', done));
};

exports.client = async (spec, app, sleep) => {
  globalThis.WebSocket = require('ws');
  const JsSIP = require('jssip');
  const ua = new JsSIP.UA({ sockets: [new JsSIP.WebSocketInterface(spec.url)], uri: 'sip:alice@example.org', password: 'a secret of alice', register: true });
  app.sent('request', 'REGISTER'); app.received('response', 'REGISTER'); app.sent('request', 'REGISTER');
  await new Promise((done) => { ua.once('registered', done); ua.start(); });
  app.received('response', 'REGISTER');
  for (const to of ['bob', 'mallory']) {
    app.sent('request', 'MESSAGE');
    await app.time('MESSAGE', () => new Promise((done) => ua.sendMessage(`sip:${to}@example.org`, 'hello', { eventHandlers: { succeeded: done, failed: done } })));
    app.received('response', 'MESSAGE');
  }
  for (let i = 0; i < 2; i++) { app.sent('request', 'REGISTER'); app.received('response', 'REGISTER'); } // challenged again
  ua.stop();
  await sleep(300);
};
