'use strict';
// signalr2.js: the jQuery client of ASP.NET SignalR 2, in jsdom, and a small server: invocations, one that fails, messages of a hub, keep-alives.
exports.server = async (spec, app, sleep) => {
  const { WebSocketServer } = require('ws');
  const server = require('http').createServer((req, res) => {
    res.setHeader('content-type', 'application/json');
    res.setHeader('access-control-allow-origin', '*');
    const path = new URL(req.url, 'http://x').pathname;
    res.end(JSON.stringify(path.endsWith('/negotiate') ? {
      Url: '/signalr', ConnectionToken: 'token', ConnectionId: 'id', KeepAliveTimeout: 20, DisconnectTimeout: 30, ConnectionTimeout: 110,
      TryWebSockets: true, ProtocolVersion: '1.5', TransportConnectTimeout: 5, LongPollDelay: 0,
    } : { Response: 'started' }));
  });
  const wss = new WebSocketServer({ server, perMessageDeflate: false });
  wss.on('connection', (ws) => {
    let n = 0;
    const say = (kind, name, m) => { app.sent(kind, name); ws.send(JSON.stringify(m)); };
    say('initialized', '', { C: `d-${n++}`, S: 1, M: [] });
    let beats = 0;
    const beating = setInterval(() => beats++ < 3 && say('keep-alive', '', {}), 150);
    ws.on('close', () => clearInterval(beating));
    ws.on('message', async (b) => {
      const m = JSON.parse(b);
      app.received('invocation', m.M);
      if (m.M === 'slow') await sleep(60);
      if (m.M === 'send') say('client invocation', 'heard', { C: `d-${n++}`, M: [{ H: 'Chat', M: 'heard', A: m.A }] });
      if (m.M === 'fail') say('result', '', { I: String(m.I), E: 'the hub refuses' });
      else say('result', '', { I: String(m.I), R: { n: m.A.length } });
    });
  });
  await new Promise((done) => server.listen(spec.port, '127.0.0.1', done));
};

exports.client = async (spec, app, sleep) => {
  const { JSDOM } = require('jsdom');
  const { window } = new JSDOM('', { url: spec.url.replace('ws', 'http') + '/' });
  const $ = window.jQuery = require('jquery')(window);
  globalThis.window = window;
  require('signalr');
  const heard = (text) => {
    const m = JSON.parse(text);
    if (m.M && m.M.length) for (const x of m.M) app.received('client invocation', x.M);
    else if (m.S) app.received('initialized');
    else if (m.I) app.received('result');
    else app.received('keep-alive');
  };
  const { WebSocket } = window;
  window.WebSocket = class extends WebSocket { constructor(...a) { super(...a); this.addEventListener('message', (e) => heard(e.data)); } };
  const connection = $.hubConnection(spec.url.replace('ws', 'http'));
  const hub = connection.createHubProxy('Chat');
  hub.on('heard', () => {});
  const done = (d) => new Promise((ok, bad) => d.then(ok, bad));
  await done(connection.start({ transport: 'webSockets' }));
  const call = (name, ...args) => { app.sent('invocation', name); return app.time(name, () => done(hub.invoke(name, ...args))); };
  for (let i = 0; i < 4; i++) await call('send', `hello ${i}`);
  await call('slow');
  await call('fail').catch(() => {});
  await sleep(500);
  connection.stop();
  await sleep(100);
};
