'use strict';
// signalr.js: @microsoft/signalr against a small hub that speaks its JSON and its MessagePack protocol, by the
// library's own encoders.
const { JsonHubProtocol } = require('@microsoft/signalr');
const { decode } = require('@msgpack/msgpack');
const packed = () => new (require('@microsoft/signalr-protocol-msgpack').MessagePackHubProtocol)();
const KINDS = ['', 'invocation', 'stream item', 'completion', 'stream invocation', 'cancel invocation', 'ping', 'close'];
const end = '\x1e';

// parse reads what a hub takes; the library's parser reads only what a client takes.
function parse(data, binary) {
  if (!binary) return String(data).split(end).slice(0, -1).map((s) => JSON.parse(s));
  const list = [];
  for (let at = 0; at < data.length;) {
    let n = 0;
    for (let shift = 0, b = 128; b & 128; shift += 7) { b = data[at++]; n |= (b & 127) << shift; }
    const [type, , invocationId, target, args] = decode(data.subarray(at, at += n));
    list.push({ type, invocationId, target: type === 1 || type === 4 ? target : undefined, arguments: args });
  }
  return list;
}

exports.server = async (spec, app) => {
  const { WebSocketServer } = require('ws');
  const server = require('http').createServer((req, res) => { // negotiate
    res.setHeader('content-type', 'application/json');
    res.end(JSON.stringify({
      negotiateVersion: 1, connectionId: 'c-1', connectionToken: 'token-1',
      availableTransports: [{ transport: 'WebSockets', transferFormats: ['Text', 'Binary'] }],
    }));
  });
  const wss = new WebSocketServer({ server, perMessageDeflate: false });
  app.session('token-1');
  wss.on('connection', (ws) => {
    let protocol;
    const say = (m) => { app.sent(KINDS[m.type], m.target); ws.send(protocol.writeMessage({ headers: {}, ...m })); };
    const beating = setInterval(() => protocol && say({ type: 6 }), 250);
    ws.on('close', () => clearInterval(beating));
    ws.on('message', (data, binary) => {
      if (!protocol) {
        const text = String(data);
        protocol = JSON.parse(text.slice(0, text.indexOf(end))).protocol === 'json' ? new JsonHubProtocol() : packed();
        ws.send('{}' + end);
        return;
      }
      for (const m of parse(data, binary)) {
        if (m.type !== 6) app.received(KINDS[m.type], m.target); // the library encodes its ping once
        const id = m.invocationId;
        if (m.type === 1 && m.target === 'Send') say({ type: 1, target: 'Receive', arguments: m.arguments, streamIds: [] });
        if (m.type === 1 && m.target === 'Fail') say({ type: 3, invocationId: id, error: 'the hub refuses' });
        else if (m.type === 1 && m.target === 'Slow') setTimeout(() => say({ type: 3, invocationId: id, result: { at: 'last' } }), 40);
        else if (m.type === 1 && id) say({ type: 3, invocationId: id, result: m.arguments.length });
        if (m.type === 4) {
          for (let i = 0; i < 3; i++) say({ type: 2, invocationId: id, item: i });
          if (m.target === 'Count') say({ type: 3, invocationId: id });
        }
      }
    });
  });
  await new Promise((done) => server.listen(spec.port, '127.0.0.1', done));
};

exports.client = async (spec, app, sleep) => {
  const { HubConnectionBuilder, LogLevel } = require('@microsoft/signalr');
  const protocol = spec.packed ? packed() : new JsonHubProtocol();
  const { writeMessage, parseMessages } = protocol;
  protocol.writeMessage = (m) => { if (m.type !== 6) app.sent(KINDS[m.type], m.target); return writeMessage.call(protocol, m); };
  protocol.parseMessages = (...args) => {
    const list = parseMessages.apply(protocol, args);
    for (const m of list) app.received(KINDS[m.type], m.target);
    return list;
  };
  const hub = new HubConnectionBuilder().withUrl(spec.url.replace('ws', 'http') + '/hub').withHubProtocol(protocol).configureLogging(LogLevel.Error).build();
  hub.keepAliveIntervalInMilliseconds = 300;
  hub.on('Receive', () => {});
  await hub.start();
  const invoke = (name, ...args) => app.time(name, () => hub.invoke(name, ...args));
  for (let i = 0; i < 3; i++) await invoke('Add', i, 1);
  await invoke('Slow');
  await invoke('Fail').catch(() => {});
  await hub.send('Send', 'hello', 'grüße');
  await new Promise((complete) => hub.stream('Count', 3).subscribe({ next() {}, complete, error() {} }));
  const endless = hub.stream('Endless').subscribe({ next() {}, complete() {}, error() {} });
  await sleep(100);
  endless.dispose();
  await sleep(700);
  await hub.stop();
};

exports.beat = (data, type) => ((type === 'text' ? String(data) === '{"type":6}\x1e' : data.equals(Buffer.from([2, 0x91, 6]))) ? 'ping' : undefined);
