// client.js LIBRARY BASE KEYS: a client of each path of BASE (wss://…) at once, by one of node's libraries, or the WebSocket that Bun,
// Deno or a browser has. KEYS is a number of connections per path.
const W = globalThis.process ? process.argv : [];
const [lib, base, count] = W.slice(2);
process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
const sl = ms => new Promise(r => setTimeout(r, ms)), rnd = n => 1 + Math.floor(Math.random() * n), text = n => 'y'.repeat(n);

// open returns {send, close}.
async function open(url) {
  if (lib === 'websocket') {
    const c = new (require('websocket').client)({tlsOptions: {rejectUnauthorized: false}});
    const w = await new Promise((ok, no) => { c.on('connect', ok); c.on('connectFailed', no); c.connect(url); });
    return {send: m => w.connected && w.send(m), close: () => w.close()};
  }
  if (lib === 'faye') {
    const w = new (require('faye-websocket').Client)(url, [], {tls: {rejectUnauthorized: false}});
    await new Promise((ok, no) => { w.on('open', ok); w.on('error', no); });
    return {send: m => w.send(m), close: () => w.close(1000, 'done')};
  }
  if (lib === 'socket.io') {
    const u = new URL(url);
    const w = require('socket.io-client').io('https://' + u.host, {rejectUnauthorized: false, query: {path: u.pathname}, forceNew: true,
      transports: u.pathname === '/push' ? ['websocket'] : ['polling', 'websocket']});
    await new Promise((ok, no) => { w.on('connect', ok); w.on('connect_error', no); });
    return {send: m => w.emit('m', m), close: () => w.disconnect()};
  }
  const Socket = lib === 'undici' ? require('undici').WebSocket : globalThis.WebSocket;
  let w;
  if (lib === 'undici') {
    const {Agent} = require('undici');
    w = new Socket(url, {dispatcher: new Agent({connect: {rejectUnauthorized: false}})});
  } else if (lib === 'bun') w = new Socket(url, {tls: {rejectUnauthorized: false}});
  else w = new Socket(url);
  await new Promise((ok, no) => { w.onopen = ok; w.onerror = no; });
  return {send: m => w.send(m), close: () => w.close(1000)};
}

const talk = {
  '/echo': async w => { for (let i = 0; i < 10 + rnd(10); i++) { w.send(text(i % 5 === 4 ? 1000 * rnd(9) : rnd(150))); await sl(rnd(120)); } },
  '/push': async w => { await sl(1500); w.send('thanks'); await sl(400); },
  '/rpc': async w => { for (let i = 0; i < 8 + rnd(10); i++) { w.send(JSON.stringify({jsonrpc: '2.0', id: i, method: text(rnd(20)), params: [text(rnd(80))]})); await sl(rnd(150)); } },
  '/beat': async w => { w.send('{"hello":1}'); await sl(4000); },
  '/ticker': async w => { w.send('{"op":"subscribe"}'); await sl(1200); },
};
(async () => {
  const jobs = [];
  for (const [path, f] of Object.entries(talk)) for (let i = 0; i < +count; i++) jobs.push((async () => {
    await sl(rnd(400));
    const w = await open(base + path);
    await f(w);
    w.close();
    await sl(150);
  })().catch(e => console.error(lib, path, e && (e.message || e.type))));
  await Promise.all(jobs);
  process.exit(0);
})();
