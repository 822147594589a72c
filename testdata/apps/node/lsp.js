'use strict';
// lsp.js: the Language Server Protocol by vscode-jsonrpc over vscode-ws-jsonrpc at both ends.
const WebSocket = require('ws');

async function connect(ws, app) {
  const { toSocket, createWebSocketConnection, ConsoleLogger } = await import('vscode-ws-jsonrpc');
  const socket = toSocket(ws);
  const { send } = socket;
  const tell = (f, text) => { const m = JSON.parse(text); if (m.method) f('id' in m ? 'request' : 'notification', m.method); };
  socket.send = (text) => { tell(app.sent, text); send(text); };
  ws.on('message', (data) => tell(app.received, data));
  return createWebSocketConnection(socket, new ConsoleLogger());
}

exports.server = async (spec, app, sleep) => {
  const wss = new WebSocket.WebSocketServer({ port: spec.port, host: '127.0.0.1', perMessageDeflate: false });
  wss.on('connection', async (ws) => {
    const c = await connect(ws, app);
    c.onRequest('initialize', () => ({ capabilities: { hoverProvider: true } }));
    c.onRequest('textDocument/hover', async (p, cancelled) => {
      for (let i = 0; i < 10 && !cancelled.isCancellationRequested; i++) await sleep(p.position.line === 9 ? 50 : 4);
      if (cancelled.isCancellationRequested) throw Object.assign(new Error('cancelled'), { code: -32800 });
      return { contents: 'a word' };
    });
    c.onRequest('shutdown', () => null);
    c.onNotification('textDocument/didOpen', (p) => c.sendNotification('textDocument/publishDiagnostics', { uri: p.textDocument.uri, diagnostics: [] }));
    c.onNotification('exit', () => {});
    c.onNotification('initialized', () => {});
    c.listen();
  });
  await new Promise((done) => wss.on('listening', done));
};

exports.client = async (spec, app, sleep) => {
  const { CancellationTokenSource } = require('vscode-jsonrpc');
  const ws = new WebSocket(spec.url + '/lsp', { perMessageDeflate: false });
  await new Promise((done) => ws.once('open', done));
  const c = await connect(ws, app);
  c.onNotification('textDocument/publishDiagnostics', () => {});
  c.listen();
  const uri = 'file:///a.txt';
  await app.time('initialize', () => c.sendRequest('initialize', { processId: null, rootUri: null, capabilities: {} }));
  await c.sendNotification('initialized', {});
  await c.sendNotification('textDocument/didOpen', { textDocument: { uri, languageId: 'plaintext', version: 1, text: 'grüß dich' } });
  await app.time('textDocument/hover', () => c.sendRequest('textDocument/hover', { textDocument: { uri }, position: { line: 0, character: 1 } }));
  const cancel = new CancellationTokenSource();
  const late = c.sendRequest('textDocument/hover', { textDocument: { uri }, position: { line: 9, character: 1 } }, cancel.token).catch(() => {});
  await sleep(20);
  cancel.cancel();
  await late;
  await app.time('shutdown', () => c.sendRequest('shutdown'));
  await c.sendNotification('exit');
  await sleep(50);
  ws.close(1000);
  await new Promise((done) => ws.once('close', done));
};
