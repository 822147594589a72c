'use strict';
// cdp.js: the Chrome DevTools protocol by chrome-remote-interface, with a headless Chromium of its own.
const { spawn } = require('child_process');
const fs = require('fs');
const os = require('os');
const path = require('path');

exports.server = async (spec, app, sleep) => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'cdp-'));
  spawn('setpriv', ['--pdeathsig', 'KILL', 'chromium', '--headless=new', '--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-sync',
    `--remote-debugging-port=${spec.port}`, `--user-data-dir=${folder}`, 'about:blank'], { stdio: 'ignore' });
  for (let i = 0; i < 300; i++) {
    if (await fetch(`http://127.0.0.1:${spec.port}/json/version`).catch(() => null)) return;
    await sleep(200);
  }
  throw new Error('no Chromium');
};

exports.client = async (spec, app, sleep) => {
  const WebSocket = require(require.resolve('ws', { paths: [require.resolve('chrome-remote-interface')] })); // its own copy
  const { emit, send } = WebSocket.prototype;
  const told = {}; // names by id, as this library numbers its calls
  WebSocket.prototype.send = function (data, ...rest) {
    const m = JSON.parse(data);
    told[m.id] = m.method;
    app.sent('request', m.method);
    return send.call(this, data, ...rest);
  };
  WebSocket.prototype.emit = function (event, data, ...rest) {
    if (event === 'message') {
      const m = JSON.parse(data);
      if (m.method) app.received('notification', m.method);
      else app.received(m.error ? 'error' : 'response', told[m.id]);
    }
    return emit.call(this, event, data, ...rest);
  };
  const CDP = require('chrome-remote-interface');
  const client = await CDP({ port: spec.port, local: true });
  const { Page, Runtime, DOM } = client;
  await app.time('Page.enable', () => Page.enable());
  await app.time('Runtime.evaluate', () => Runtime.evaluate({ expression: 'new Promise(r => setTimeout(() => r(42), 60))', awaitPromise: true }));
  const loaded = Page.loadEventFired();
  await app.time('Page.navigate', () => Page.navigate({ url: 'data:text/html,<title>wscope</title><p>grüß dich' }));
  await loaded;
  await app.time('DOM.getDocument', () => DOM.getDocument());
  await Runtime.evaluate({ expression: 'nothing.there' });
  await client.send('Page.doNothing').catch(() => {});
  await client.close();
  await sleep(100);
};
