'use strict';
// portforward.js: Kubernetes' client for JavaScript and a small server: a port that is forwarded, and one that nobody listens on.
const { PassThrough, Writable } = require('stream');

exports.server = async (spec, app) => {
  const { WebSocketServer } = require('ws');
  const wss = new WebSocketServer({ port: spec.port, host: '127.0.0.1', perMessageDeflate: false, handleProtocols: (p) => [...p].find((x) => x.startsWith('v4')) });
  wss.on('connection', (ws, req) => {
    const ports = new URL(req.url, 'http://x').searchParams.getAll('ports').map(Number);
    const say = (channel, body, kind, name) => { app.sent(kind, name); ws.send(Buffer.concat([Buffer.from([channel]), Buffer.from(body)])); };
    ports.forEach((p, i) => { for (const c of [2 * i, 2 * i + 1]) say(c, [p & 255, p >> 8], 'port', c % 2 ? 'error' : 'data'); });
    ws.on('message', (b) => {
      if (b.length === 1) return; // how the client begins
      app.received('data');
      if (ports[b[0] / 2] === 9) { say(b[0] + 1, 'an error occurred forwarding 9: connection refused', 'error'); return; }
      say(b[0], `HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nhi\n`, 'data');
      say(b[0], 'x'.repeat(3000), 'data');
    });
  });
  await new Promise((done) => wss.on('listening', done));
};

exports.client = async (spec, app, sleep) => {
  const k8s = await import('@kubernetes/client-node');
  const config = new k8s.KubeConfig();
  config.loadFromOptions({ clusters: [{ name: 'c', server: spec.url.replace('ws', 'http') }], users: [{ name: 'u' }], contexts: [{ name: 'x', cluster: 'c', user: 'u' }], currentContext: 'x' });
  const forward = new k8s.PortForward(config);
  for (const port of [8080, 9]) {
    const input = new PassThrough();
    app.received('port', 'data'); app.received('port', 'error'); // which the library takes for itself
    const ws = await forward.portForward('default', 'web', [port], new Writable({ write(b, _, done) { if (b.length) app.received('data'); done(); } }),
      new Writable({ write(b, _, done) { if (b.length) app.received('error'); done(); } }), input);
    for (const text of ['GET / HTTP/1.1\r\nhost: x\r\n\r\n', 'GET /b HTTP/1.1\r\nhost: x\r\n\r\n']) { app.sent('data'); input.write(text); await sleep(60); }
    ws.close();
    await sleep(50);
  }
};
