'use strict';
// xmpp.js: @xmpp/client against a small server of RFC 7395: SASL, binding, a message, pings, an error.
exports.server = async (spec, app) => {
  const { WebSocketServer } = require('ws');
  const wss = new WebSocketServer({ port: spec.port, host: '127.0.0.1', perMessageDeflate: false, handleProtocols: () => 'xmpp' });
  wss.on('connection', (ws) => {
    let open = 0;
    const kindOf = (xml) => {
      const name = /^<([\w:]+)/.exec(xml)[1];
      const type = /^<iq[^>]*type=["'](\w+)/.exec(xml)?.[1];
      return type ? `iq ${type}` : name;
    };
    const say = (xml) => { app.sent(kindOf(xml)); ws.send(xml); };
    ws.on('message', (data) => {
      const xml = String(data);
      app.received(kindOf(xml));
      const id = /id=["']([^"']+)/.exec(xml)?.[1];
      if (xml.startsWith('<open')) {
        app.session('s-2');
        say(`<open xmlns="urn:ietf:params:xml:ns:xmpp-framing" from="example.org" id="s-${++open}" version="1.0"/>`);
        say('<stream:features xmlns:stream="http://etherx.jabber.org/streams">' + (open === 1
          ? '<mechanisms xmlns="urn:ietf:params:xml:ns:xmpp-sasl"><mechanism>PLAIN</mechanism></mechanisms>'
          : '<bind xmlns="urn:ietf:params:xml:ns:xmpp-bind"/>') + '</stream:features>');
      } else if (xml.startsWith('<auth')) say('<success xmlns="urn:ietf:params:xml:ns:xmpp-sasl"/>');
      else if (xml.includes('xmpp-bind')) {
        say(`<iq type="result" id="${id}"><bind xmlns="urn:ietf:params:xml:ns:xmpp-bind"><jid>me@example.org/a</jid></bind></iq>`);
      } else if (xml.includes('urn:xmpp:ping')) say(`<iq type="result" id="${id}" from="example.org"/>`);
      else if (xml.startsWith('<iq')) {
        say(`<iq type="error" id="${id}"><error type="cancel"><service-unavailable xmlns="urn:ietf:params:xml:ns:xmpp-stanzas"/></error></iq>`);
      } else if (xml.startsWith('<message')) say('<message from="you@example.org" to="me@example.org/a" type="chat"><body>hello &amp; welcome</body></message>');
      else if (xml.startsWith('<close')) { say('<close xmlns="urn:ietf:params:xml:ns:xmpp-framing"/>'); ws.close(); }
    });
  });
  await new Promise((done) => wss.on('listening', done));
};

exports.client = async (spec, app, sleep) => {
  const { client, xml } = require('@xmpp/client');
  const WebSocket = require(require.resolve('ws', { paths: [require.resolve('@xmpp/websocket')] }));
  const kindOf = (text) => { const type = /^<iq[^>]*type=["'](\w+)/.exec(text)?.[1]; return type ? `iq ${type}` : /^<([\w:]+)/.exec(text)[1]; };
  const { send, emit } = WebSocket.prototype;
  WebSocket.prototype.send = function (text, ...rest) { app.sent(kindOf(String(text))); return send.call(this, text, ...rest); };
  WebSocket.prototype.emit = function (event, data, ...rest) {
    if (event === 'message') app.received(kindOf(String(data)));
    return emit.call(this, event, data, ...rest);
  };
  const xmpp = client({ service: spec.url, domain: 'example.org', username: 'me', password: 'pencil' });
  xmpp.reconnect.stop();
  xmpp.on('error', (e) => console.error(e.message));
  await xmpp.start();
  await xmpp.send(xml('presence'));
  await xmpp.send(xml('message', { to: 'you@example.org', type: 'chat' }, xml('body', {}, 'hello')));
  for (let i = 0; i < 3; i++) {
    const start = performance.now();
    await xmpp.iqCaller.request(xml('iq', { type: 'get', to: 'example.org' }, xml('ping', 'urn:xmpp:ping')));
    app.beat(performance.now() - start);
    await sleep(60);
  }
  await xmpp.iqCaller.request(xml('iq', { type: 'get' }, xml('query', 'jabber:iq:version'))).catch(() => {});
  await xmpp.stop();
};
