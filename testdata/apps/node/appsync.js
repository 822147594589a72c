'use strict';
// appsync.js: Amplify's client and a small server of AppSync's: subscriptions, one that is refused, keep-alives; or its Event API.
exports.server = async (spec, app, sleep) => {
  const { WebSocketServer } = require('ws');
  const server = require('http').createServer((req, res) => res.end('{}'));
  const wss = new WebSocketServer({ server, perMessageDeflate: false, handleProtocols: (p) => [...p].find((x) => !x.startsWith('header-')) });
  wss.on('connection', (ws) => {
    const say = (type, more) => { app.sent(type); ws.send(JSON.stringify({ type, ...more })); };
    let timer;
    ws.on('close', () => clearInterval(timer));
    ws.on('message', async (b) => {
      const m = JSON.parse(b);
      app.received(m.type);
      await sleep(5);
      if (m.type === 'connection_init') { say('connection_ack', spec.events ? { connectionTimeoutMs: 300000 } : { payload: { connectionTimeoutMs: 300000 } }); say('ka'); timer = setInterval(() => say('ka'), 250); }
      if (m.type === 'start') {
        if (/onSecret/.test(m.payload.data)) { say('error', { id: m.id, payload: { errors: [{ errorType: 'Unauthorized', message: 'Not authorized to access onSecret' }] } }); return; }
        say('start_ack', { id: m.id });
        for (let i = 0; i < 4; i++) { await sleep(20); say('data', { id: m.id, payload: { data: { onNews: { n: i } } } }); }
      }
      if (m.type === 'stop') say('complete', { id: m.id });
      if (m.type === 'subscribe') say(/secret/.test(m.channel) ? 'subscribe_error' : 'subscribe_success', /secret/.test(m.channel) ? { id: m.id, errors: [{ errorType: 'UnauthorizedException', message: 'no' }] } : { id: m.id });
      if (m.type === 'publish') {
        say('publish_success', { id: m.id, successful: m.events.map((_, index) => ({ identifier: `e${index}`, index })), failed: [] });
        for (const e of m.events) say('data', { id: this.sub ?? m.id, event: e });
      }
      if (m.type === 'unsubscribe') say('unsubscribe_success', { id: m.id });
    });
  });
  await new Promise((done) => server.listen(spec.port, '127.0.0.1', done));
};

exports.client = async (spec, app, sleep) => {
  const ws = require('ws');
  globalThis.WebSocket = class extends ws { constructor(url, protocols) { super(url.replace('wss:', 'ws:'), protocols); } }; // AppSync is in TLS
  const { send, emit } = ws.prototype;
  ws.prototype.send = function (text, ...rest) { app.sent(JSON.parse(text).type); return send.call(this, text, ...rest); };
  ws.prototype.emit = function (event, data, ...rest) { if (event === 'message') app.received(JSON.parse(data).type); return emit.call(this, event, data, ...rest); };
  const { Amplify } = require('aws-amplify');
  const http = spec.url.replace('ws', 'http');
  const auth = { defaultAuthMode: 'apiKey', apiKey: 'da2-a-key-that-is-secret', region: 'eu-west-1' };
  if (spec.events) {
    Amplify.configure({ API: { Events: { endpoint: `${http}/event`, ...auth } } });
    const { events } = require('aws-amplify/data');
    const channel = await events.connect('/default/news');
    channel.subscribe({ next() {}, error: (e) => console.error('events', e) });
    await sleep(100);
    for (let i = 0; i < 3; i++) await app.time('publish', () => channel.publish({ n: i }));
    const other = await events.connect('/secret/x');
    await new Promise((done) => { other.subscribe({ next() {}, error: done }); setTimeout(done, 500); });
    await sleep(300);
    channel.close();
    await sleep(300);
    return;
  }
  Amplify.configure({ API: { GraphQL: { endpoint: `${http}/graphql`, ...auth } } });
  const { generateClient } = require('aws-amplify/api');
  const client = generateClient();
  const follow = (query) => new Promise((done) => {
    let n = 0;
    const sub = client.graphql({ query }).subscribe({ next: () => { if (++n === 4) { setTimeout(() => { sub.unsubscribe(); done(); }, 30); } }, error: done });
  });
  await Promise.all([follow('subscription OnNews { onNews { n } }'), follow('subscription OnSecret { onSecret { n } }')]);
  await sleep(600);
};
