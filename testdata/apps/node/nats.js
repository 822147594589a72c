'use strict';
// nats.js: nats.ws and nats-server: publications, requests, headers.
const { spawn } = require('child_process');

exports.server = async (spec) => {
  const fs = require('fs'), path = require('path');
  const conf = path.join(path.dirname(spec.log), 'nats.conf');
  fs.writeFileSync(conf, `listen: "127.0.0.1:-1"\nwebsocket { listen: "127.0.0.1:${spec.port}", no_tls: true }\n`);
  const p = spawn(process.env.NATS_SERVER || 'nats-server', ['-c', conf]);
  process.on('exit', () => p.kill());
  await new Promise((done) => p.stderr.on('data', (b) => /Server is ready/.test(b) && done()));
};

exports.client = async (spec, app, sleep) => {
  globalThis.WebSocket = require('ws');
  const { connect, StringCodec, headers } = require('nats.ws');
  const sc = StringCodec();
  const nc = await connect({ servers: spec.url, noEcho: false });
  const sub = nc.subscribe('svc.>');
  (async () => { for await (const m of sub) { app.received(m.headers ? 'HMSG' : 'MSG', m.subject); if (m.reply) m.respond(sc.encode('answer')); } })();
  await nc.flush();
  for (let i = 0; i < 5; i++) { app.sent('PUB', 'svc.news'); nc.publish('svc.news', sc.encode('n'.repeat(50 * i))); }
  await nc.flush();
  for (let i = 0; i < 3; i++) { await app.time('svc.add', () => nc.request('svc.add', sc.encode(String(i)))); app.sent('PUB', 'svc.add'); }
  const h = headers(); h.set('X', '1');
  app.sent('HPUB', 'svc.h');
  nc.publish('svc.h', sc.encode('h'), { headers: h });
  await nc.flush();
  await sleep(50);
  await nc.close();
};
