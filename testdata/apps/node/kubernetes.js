'use strict';
// kubernetes.js: Kubernetes' client for JavaScript and a small server: exec.
const { PassThrough, Writable } = require('stream');

exports.server = async (spec, app) => {
  const { WebSocketServer } = require('ws');
  const wss = new WebSocketServer({ port: spec.port, host: '127.0.0.1', perMessageDeflate: false, handleProtocols: (p) => [...p].find((x) => x.startsWith('v')) });
  const names = ['stdin', 'stdout', 'stderr', 'error', 'resize'];
  wss.on('connection', (ws) => {
    const say = (channel, body) => { app.sent(names[channel]); ws.send(Buffer.concat([Buffer.from([channel]), Buffer.from(body)])); };
    ws.on('message', (b) => {
      if (b[0] === 255) { app.received('close', names[b[1]]); return; }
      app.received(names[b[0]]);
      if (b[0] !== 0) return;
      say(1, `out: ${b.subarray(1)}`);
      say(2, 'a warning\n');
      if (/exit/.test(b)) say(3, JSON.stringify({ metadata: {}, status: 'Failure', message: 'command terminated with exit code 3', reason: 'NonZeroExitCode', details: { causes: [{ reason: 'ExitCode', message: '3' }] } }));
    });
  });
  await new Promise((done) => wss.on('listening', done));
};

exports.client = async (spec, app, sleep) => {
  const k8s = await import('@kubernetes/client-node');
  const config = new k8s.KubeConfig();
  config.loadFromOptions({ clusters: [{ name: 'c', server: spec.url.replace('ws', 'http') }], users: [{ name: 'u' }], contexts: [{ name: 'x', cluster: 'c', user: 'u' }], currentContext: 'x' });
  const exec = new k8s.Exec(config);
  const input = new PassThrough();
  const hear = (name) => new Writable({ write(b, _, done) { app.received(name); done(); } });
  const ws = await exec.exec('default', 'web', 'main', ['sh'], hear('stdout'), hear('stderr'), input, false, () => app.received('error'));
  for (const text of ['ls\n', 'exit 3\n']) { app.sent('stdin'); input.write(text); await sleep(50); }
  await sleep(50);
  ws.close();
  await sleep(50);
};
