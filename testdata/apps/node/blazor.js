'use strict';
// blazor.js: what Blazor's script does in a browser, with the client that it brings: SignalR in MessagePack under the name of
// blazorpack. The circuit is a small hub that renders batches of bytes, which the client acknowledges.
const { decode } = require('@msgpack/msgpack');
const KINDS = ['', 'invocation', 'stream item', 'completion', 'stream invocation', 'cancel invocation', 'ping', 'close'];
const packed = () => { const p = new (require('@microsoft/signalr-protocol-msgpack').MessagePackHubProtocol)(); p.name = 'blazorpack'; return p; };

function parse(data) {
  const list = [];
  for (let at = 0; at < data.length;) {
    let n = 0;
    for (let shift = 0, b = 128; b & 128; shift += 7) { b = data[at++]; n |= (b & 127) << shift; }
    const [type, , invocationId, target, args] = decode(data.subarray(at, at += n));
    list.push({ type, invocationId: invocationId ?? undefined, target, arguments: args });
  }
  return list;
}

exports.server = async (spec, app) => {
  const { WebSocketServer } = require('ws');
  const wss = new WebSocketServer({ port: spec.port, host: '127.0.0.1', perMessageDeflate: false });
  wss.on('connection', (ws) => {
    let protocol, batch = 1;
    const say = (m) => { app.sent(KINDS[m.type], m.target); ws.send(protocol.writeMessage({ headers: {}, streamIds: [], ...m })); };
    const render = (n) => say({ type: 1, target: 'JS.RenderBatch', arguments: [batch++, new Uint8Array(n)] });
    ws.on('message', (data) => {
      if (!protocol) { protocol = packed(); ws.send(Buffer.from('{}\x1e')); return; }
      for (const m of parse(data)) {
        if (m.type !== 6) app.received(KINDS[m.type], m.target);
        if (m.target === 'StartCircuit') say({ type: 3, invocationId: m.invocationId, result: 'circuit-1' });
        if (m.target === 'ConnectCircuit') { say({ type: 3, invocationId: m.invocationId, result: true }); }
        if (m.target === 'UpdateRootComponents') { render(300); render(40); }
        if (m.target === 'BeginInvokeDotNetFromJS') { render(120); say({ type: 1, target: 'JS.EndInvokeDotNet', arguments: [m.arguments[0], true, '"ok"'] }); }
      }
    });
  });
  await new Promise((done) => wss.on('listening', done));
};

exports.client = async (spec, app, sleep) => {
  const { HubConnectionBuilder, HttpTransportType, LogLevel } = require('@microsoft/signalr');
  const protocol = packed();
  const { writeMessage, parseMessages } = protocol;
  protocol.writeMessage = (m) => { if (m.type !== 6) app.sent(KINDS[m.type], m.target); return writeMessage.call(protocol, m); };
  protocol.parseMessages = (...args) => { const list = parseMessages.apply(protocol, args); for (const m of list) app.received(KINDS[m.type], m.target); return list; };
  const hub = new HubConnectionBuilder().withUrl(spec.url.replace('ws', 'http') + '/_blazor', { skipNegotiation: true, transport: HttpTransportType.WebSockets }).withHubProtocol(protocol).configureLogging(LogLevel.Error).build();
  hub.on('JS.RenderBatch', (id) => hub.send('OnRenderCompleted', id, null));
  hub.on('JS.EndInvokeDotNet', () => {});
  await hub.start();
  await app.time('StartCircuit', () => hub.invoke('StartCircuit', 'http://localhost/', 'http://localhost/', '[]', ''));
  await app.time('ConnectCircuit', () => hub.invoke('ConnectCircuit', 'circuit-1'));
  await hub.send('UpdateRootComponents', '{"batchId":1}', '');
  for (let i = 1; i <= 4; i++) { await hub.send('BeginInvokeDotNetFromJS', String(i), null, 'DispatchEventAsync', 1, '[{"eventHandlerId":3}]'); await sleep(30); }
  await sleep(100);
  await hub.stop();
};
