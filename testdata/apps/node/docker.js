'use strict';
// docker.js: xterm.js' AttachAddon, which consoles attach a container with, and a shell behind a small server: bytes, without more.
exports.server = async (spec, app) => {
  const { WebSocketServer } = require('ws');
  const { spawn } = require('child_process');
  const wss = new WebSocketServer({ port: spec.port, host: '127.0.0.1', perMessageDeflate: false });
  wss.on('connection', (ws) => {
    const shell = spawn('sh', ['-i'], { env: { PS1: '/ # ' } });
    const say = (b) => { app.sent('output'); ws.send(b, { binary: true }); };
    shell.stdout.on('data', say);
    shell.stderr.on('data', say);
    ws.on('message', (b) => { app.received('stdin'); shell.stdin.write(b); });
    ws.on('close', () => shell.kill());
  });
  await new Promise((done) => wss.on('listening', done));
};

exports.client = async (spec, app, sleep) => {
  globalThis.self = globalThis;
  globalThis.WebSocket = require('ws');
  const { AttachAddon } = require('@xterm/addon-attach');
  const ws = new (require('ws'))(`${spec.url}/v1.43/containers/0a1b2c3d4e5f/attach/ws?stream=1&stdin=1&stdout=1`);
  let type;
  const quiet = { dispose() {} };
  const terminal = { onData: (f) => { type = f; return quiet; }, onBinary: () => quiet, write: () => app.received('output') };
  await new Promise((done) => ws.on('open', done));
  new AttachAddon(ws, { bidirectional: true }).activate(terminal);
  for (const line of ['echo hello\n', 'seq 1 200\n', 'nothing-here\n']) { app.sent('stdin'); type(line); await sleep(150); }
  ws.close();
  await sleep(50);
};
