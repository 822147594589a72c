'use strict';
// sockjs.js: sockjs-client over ws against a small server of its framing: plain texts, or STOMP inside.
exports.server = async (spec, app) => {
  const { WebSocketServer } = require('ws');
  const server = require('http').createServer((req, res) => { // /info
    res.setHeader('content-type', 'application/json');
    res.end(JSON.stringify({ websocket: true, origins: ['*:*'], cookie_needed: false, entropy: 1 }));
  });
  const wss = new WebSocketServer({ server, perMessageDeflate: false });
  wss.on('connection', (ws, req) => {
    app.session(req.url.split('/')[3]);
    const say = (kind, text, name) => { if (kind) app.sent(kind, name); ws.send(text); };
    say(spec.stomp ? '' : 'open', 'o');
    const beating = setInterval(() => say(spec.stomp ? '' : 'heartbeat', 'h'), 150);
    ws.on('close', () => clearInterval(beating));
    ws.on('message', (data) => {
      for (const text of JSON.parse(data)) {
        if (!spec.stomp) {
          app.received('message');
          say('message', 'a' + JSON.stringify([text.toUpperCase()]));
          continue;
        }
        const command = text.slice(0, text.indexOf('\n'));
        if (!command) continue; // a heart-beat
        app.received(command);
        const receipt = /\nreceipt:(.*)/.exec(text)?.[1];
        if (command === 'CONNECT') say('CONNECTED', 'a' + JSON.stringify(['CONNECTED\nversion:1.2\nheart-beat:0,0\n\n\0']));
        if (command === 'SEND') say('MESSAGE', 'a' + JSON.stringify(['MESSAGE\ndestination:/topic/a\nmessage-id:1\nsubscription:sub-0\n\nhello\0']), '/topic/a');
        if (receipt) say('RECEIPT', 'a' + JSON.stringify([`RECEIPT\nreceipt-id:${receipt}\n\n\0`]));
      }
    });
  });
  await new Promise((done) => server.listen(spec.port, '127.0.0.1', done));
};

exports.client = async (spec, app, sleep) => {
  const SockJS = require('sockjs-client');
  const sock = new SockJS(spec.url.replace('ws:', 'http:') + '/echo', null, { transports: ['websocket'] });
  if (spec.stomp) return stomp(sock, app, sleep);
  app.received('open');
  await new Promise((done) => { sock.onopen = done; });
  let back;
  sock.onmessage = () => { app.received('message'); back(); };
  sock.onheartbeat = () => app.received('heartbeat');
  for (const text of ['hello', 'a "quoted" one', 'grüße\nand more']) {
    app.sent('message');
    const reply = new Promise((done) => { back = done; });
    sock.send(text);
    await reply;
  }
  await sleep(400);
  sock.close();
};

async function stomp(sock, app, sleep) {
  const { Client } = require('@stomp/stompjs');
  const name = (text, say) => { const c = /^([A-Z]+)\n/.exec(text)?.[1]; if (c) say(c, c === 'MESSAGE' ? '/topic/a' : ''); };
  const { send } = sock;
  sock.send = (text) => { name(text, app.sent); return send.call(sock, text); };
  sock.addEventListener('message', (e) => name(e.data, app.received));
  const client = new Client({ webSocketFactory: () => sock, reconnectDelay: 0, heartbeatIncoming: 0, heartbeatOutgoing: 0 });
  await new Promise((done) => { client.onConnect = done; client.activate(); });
  client.subscribe('/topic/a', () => {});
  await app.time('SEND', () => new Promise((done) => {
    client.watchForReceipt('r-1', done);
    client.publish({ destination: '/topic/a', body: 'hello', headers: { receipt: 'r-1' } });
  }));
  await sleep(250);
  await client.deactivate();
}

exports.beat = (data) => (String(data) === 'h' ? 'ping' : undefined);
