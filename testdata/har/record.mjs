// Records what Chromium's developer tools export of a WebSocket session, and the session's packets.
//
//	(cd testdata/peers/node && npm ci) && node testdata/har/record.mjs
//
// It needs root, tcpdump and chromium (Debian's packages). It serves a page and a WebSocket, opens the
// developer tools' own frontend, which Chromium brings along, in a second tab, has it inspect the first,
// and asks its modules for what "Export HAR" writes: chromium.har. tcpdump writes chromium.pcap meanwhile.
import {spawn} from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import {createRequire} from 'node:module';
import os from 'node:os';
import path from 'node:path';
import {fileURLToPath} from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
const {WebSocket, WebSocketServer} = createRequire(path.join(here, '../peers/node/x.js'))('ws');
const sleep = ms => new Promise(done => setTimeout(done, ms));
const until = async (what, f) => {
  for (let i = 0; i < 200; i++) {
    const v = await f();
    if (v) return v;
    await sleep(50);
  }
  throw new Error(`waited in vain for ${what}`);
};

// The server: echoes, and says more of its own before and after.
const page = `<!DOCTYPE html><title>session</title><script>
document.cookie = 'theme=dark';
function session(url, protocols, said) {
  const s = new WebSocket(url, protocols);
  s.binaryType = 'arraybuffer';
  return new Promise(done => { s.onopen = () => said(s); s.onclose = e => done(e.code); });
}
async function run(base) {
  const codes = [];
  codes.push(await session(base + '/echo?room=1&name=a%20b', ['chat.v2', 'chat.v1'], s => {
    s.send('hello');
    s.send('{"type":"grüße","n":1,"s":"\\\\"<\\/script>"}');
    s.send(new Uint8Array([0, 1, 2, 253, 254, 255]));
    s.send('');
    s.send('x'.repeat(300));
    s.send(new TextEncoder().encode('text as bytes'));
    s.send('end');
  }));
  codes.push(await session(base + '/refused', [], () => {}));
  return codes;
}
</script>`;
const server = http.createServer((req, res) => res.setHeader('content-type', 'text/html; charset=utf-8').end(page));
const sockets = new WebSocketServer({noServer: true, perMessageDeflate: {threshold: 100}});
server.on('upgrade', (req, socket, head) => {
  if (req.url === '/refused') {
    socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
    return;
  }
  sockets.handleUpgrade(req, socket, head, s => {
    s.send('welcome');
    s.on('message', (data, binary) => {
      s.send(binary ? data : data.toString());
      if (data.toString() === 'end') {
        s.send('in two ', {fin: false});
        s.send('fragments', {fin: true});
        s.ping('are you there');
        s.once('pong', () => s.close(1000, 'bye'));
      }
    });
  });
});
await new Promise(done => server.listen(0, '127.0.0.1', done));
const port = server.address().port;

const pcap = path.join(here, 'chromium.pcap');
const dump = spawn('tcpdump', ['-i', 'lo', '-U', '--immediate-mode', '-Z', 'root', '-w', pcap, 'tcp', 'port', String(port)], {stdio: 'ignore'});
await until('tcpdump', () => fs.existsSync(pcap) && fs.statSync(pcap).size > 0);

const profile = fs.mkdtempSync(path.join(os.tmpdir(), 'har-'));
const chromium = spawn('chromium', ['--headless=new', '--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking',
  '--remote-debugging-port=0', '--remote-allow-origins=*', `--user-data-dir=${profile}`, 'about:blank'], {stdio: 'ignore'});
try {
  const active = path.join(profile, 'DevToolsActivePort');
  const [debug, browserPath] = (await until('chromium', () => fs.existsSync(active) && fs.readFileSync(active, 'utf8').trim().split('\n').length === 2 &&
    fs.readFileSync(active, 'utf8').trim().split('\n')));
  const cdp = await connect(`ws://127.0.0.1:${debug}${browserPath}`);

  const inspected = await cdp.send('Target.createTarget', {url: 'about:blank'});
  const tools = await cdp.send('Target.createTarget', {
    url: `http://127.0.0.1:${debug}/devtools/devtools_app.html?ws=127.0.0.1:${debug}/devtools/page/${inspected.targetId}&panel=network`,
  });
  const {sessionId: a} = await cdp.send('Target.attachToTarget', {targetId: inspected.targetId, flatten: true});
  const {sessionId: b} = await cdp.send('Target.attachToTarget', {targetId: tools.targetId, flatten: true});
  const evaluate = async (session, expression) => {
    const r = await cdp.send('Runtime.evaluate', {expression, awaitPromise: true, returnByValue: true}, session);
    if (r.exceptionDetails) throw new Error(r.exceptionDetails.exception?.description || r.exceptionDetails.text);
    return r.result.value;
  };
  await until('the frontend', () => evaluate(b, `(async () => {
    const SDK = await import('/devtools/core/sdk/sdk.js');
    return !!SDK.TargetManager.TargetManager.instance().primaryPageTarget()?.model(SDK.NetworkManager.NetworkManager);
  })()`).catch(() => false));
  await sleep(500);

  await cdp.send('Page.navigate', {url: `http://127.0.0.1:${port}/`}, a);
  await until('the page', () => evaluate(a, `typeof run === 'function' && document.readyState === 'complete'`).catch(() => false));
  console.log('closed with', await evaluate(a, `run('ws://127.0.0.1:${port}')`));
  await sleep(500);

  const har = await evaluate(b, `(async () => {
    const HAR = await import('/devtools/models/har/har.js');
    const Logs = await import('/devtools/models/logs/logs.js');
    const requests = Logs.NetworkLog.NetworkLog.instance().requests();
    const log = await (HAR.Log || HAR.HARLog).Log.build(requests, {sanitize: false});
    return JSON.stringify({log}, null, 2);
  })()`);
  const kept = JSON.parse(har);
  kept.log.entries = kept.log.entries.filter(e => e._resourceType === 'websocket'); // not the page and its icon
  kept.log.comment = (await cdp.send('Browser.getVersion')).product;
  fs.writeFileSync(path.join(here, 'chromium.har'), JSON.stringify(kept, null, 1) + '\n');
} finally {
  chromium.kill();
  await sleep(500);
  dump.kill('SIGINT');
  server.closeAllConnections();
  server.close();
  await sleep(500);
  fs.rmSync(profile, {recursive: true, force: true, maxRetries: 5});
}
process.exit(0);

// connect gives a client of the DevTools protocol.
async function connect(url) {
  const ws = new WebSocket(url, {perMessageDeflate: false, maxPayload: 1 << 28});
  await new Promise((done, fail) => ws.once('open', done).once('error', fail));
  const waiting = new Map();
  let id = 0;
  ws.on('message', text => {
    const m = JSON.parse(text);
    if (!waiting.has(m.id)) return;
    const [done, fail] = waiting.get(m.id);
    waiting.delete(m.id);
    m.error ? fail(new Error(m.error.message)) : done(m.result);
  });
  return {
    send: (method, params = {}, sessionId) => new Promise((done, fail) => {
      waiting.set(++id, [done, fail]);
      ws.send(JSON.stringify({id, method, params, sessionId}));
    }),
  };
}
