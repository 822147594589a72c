'use strict';
// stomp.js: STOMP 1.2 between @stomp/stompjs and a small server: receipts, a transaction, heart-beats, an error.
const WebSocket = require('ws');

exports.server = async (spec, app) => {
  const wss = new WebSocket.WebSocketServer({ port: spec.port, host: '127.0.0.1', perMessageDeflate: false, handleProtocols: (p) => [...p][0] });
  wss.on('connection', (ws) => {
    const subscriptions = {};
    let number = 0;
    const say = (command, headers, body = '') => {
      app.sent(command, headers.destination);
      ws.send(`${command}\n${Object.entries(headers).map(([k, v]) => `${k}:${v}\n`).join('')}\n${body}\0`);
    };
    let beating;
    ws.on('close', () => clearInterval(beating));
    let text = '';
    ws.on('message', (data) => {
      text += data;
      if (/^[\r\n]+$/.test(text)) { app.received('heart-beat'); text = ''; return; }
      for (let end; (end = text.indexOf('\0')) >= 0; text = text.slice(end + 1)) frame(text.slice(0, end).replace(/^[\r\n]+/, ''));
    });
    const frame = (f) => {
      const [head, body] = [f.slice(0, f.indexOf('\n\n')), f.slice(f.indexOf('\n\n') + 2)];
      const [command, ...lines] = head.split('\n');
      const headers = Object.fromEntries(lines.map((l) => [l.slice(0, l.indexOf(':')), l.slice(l.indexOf(':') + 1)]));
      app.received(command, headers.destination);
      if (command === 'CONNECT' || command === 'STOMP') {
        say('CONNECTED', { version: '1.2', session: 's-1', 'heart-beat': '200,200' });
        beating = setInterval(() => { app.sent('heart-beat'); ws.send('\n'); }, 200);
      } else if (command === 'SUBSCRIBE') subscriptions[headers.destination] = headers.id;
      else if (command === 'SEND' && headers.destination === '/forbidden') {
        say('ERROR', { message: 'access refused', 'receipt-id': headers.receipt });
        return;
      } else if (command === 'SEND' && subscriptions[headers.destination]) {
        say('MESSAGE', { destination: headers.destination, 'message-id': ++number, subscription: subscriptions[headers.destination] }, body);
      }
      if (headers.receipt) setTimeout(() => say('RECEIPT', { 'receipt-id': headers.receipt }), 15);
    };
  });
  await new Promise((done) => wss.on('listening', done));
};

exports.client = async (spec, app, sleep) => {
  Object.assign(global, { WebSocket });
  const { Client } = require('@stomp/stompjs');
  const client = new Client({
    webSocketFactory() {
      const ws = new WebSocket(spec.url, ['v12.stomp', 'v11.stomp'], { perMessageDeflate: false });
      const { send } = ws;
      ws.send = function (data, ...rest) { name(data, app.sent); return send.call(this, data, ...rest); };
      ws.on('message', (data) => name(String(data), app.received));
      return ws;
    },
    heartbeatIncoming: 200, heartbeatOutgoing: 200, reconnectDelay: 0, splitLargeFrames: true, maxWebSocketChunkSize: 4096,
  });
  // name says a frame that begins in this message; the rest of one that was split says nothing.
  const name = (text, say) => {
    if (/^[\r\n]+$/.test(text)) return say('heart-beat');
    const command = /^([A-Z]+)\n/.exec(text);
    if (command) say(command[1], /\ndestination:(.*)/.exec(text)?.[1]);
  };
  await new Promise((done) => { client.onConnect = done; client.activate(); });
  const receipt = (op, id, f) => app.time(op, () => new Promise((done) => { client.watchForReceipt(id, done); f({ receipt: id }); }));
  let seen = 0;
  client.subscribe('/topic/news', () => { seen++; });
  await receipt('SEND', 'r-1', (headers) => client.publish({ destination: '/topic/news', body: 'first: grüße', headers }));
  await receipt('SEND', 'r-2', (headers) => client.publish({ destination: '/topic/news', body: 'second', headers }));
  const tx = client.begin('tx-1');
  client.publish({ destination: '/topic/news', body: 'third', headers: { transaction: tx.id } });
  tx.commit();
  client.publish({ destination: '/queue/large', body: 'large '.repeat(1500) });
  await sleep(500);
  const refused = new Promise((done) => { client.onStompError = done; });
  client.publish({ destination: '/forbidden', body: 'no', headers: { receipt: 'r-3' } });
  await refused;
  await sleep(50);
  await client.deactivate({ force: false });
};

exports.beat = (data) => (/^[\r\n]+$/.test(data) ? 'ping' : undefined);
