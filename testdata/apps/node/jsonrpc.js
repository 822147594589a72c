'use strict';
// jsonrpc.js: JSON-RPC 2.0 by rpc-websockets, and batches by hand.
exports.server = async (spec, app, sleep) => {
  const { Server } = require('rpc-websockets');
  const server = new Server({ port: spec.port, host: '127.0.0.1', perMessageDeflate: false });
  const register = (name, f) => server.register(name, async (p) => { app.received('request', name); return f(p); });
  register('sum', ([a, b]) => a + b);
  register('slow', async () => { await sleep(50); return 'done'; });
  register('fail', () => { throw new Error('it failed'); });
  server.register('log', () => { app.received('notification', 'log'); });
  server.event('news');
  register('publish', () => { server.emit('news', 'breaking'); return true; });
  await new Promise((done) => server.on('listening', done));
};

exports.client = async (spec, app, sleep) => {
  const { Client } = require('rpc-websockets');
  const client = new Client(spec.url, { reconnect: false, perMessageDeflate: false });
  await new Promise((done) => client.on('open', done));
  const call = (name, ...params) => app.time(name, () => { app.sent('request', name); return client.call(name, params); });
  for (let i = 0; i < 5; i++) await call('sum', i, 1);
  await Promise.all([call('slow'), call('slow'), call('sum', 1, 1)]);
  await call('fail').catch(() => {});
  app.sent('notification', 'log');
  client.notify('log', ['a line']);
  await client.subscribe('news'); // what comes of it is the library's own and no JSON-RPC
  await call('publish');
  // A batch, which the library's server takes and its client does not send.
  for (const method of ['sum', 'sum']) app.sent('request', method);
  app.sent('notification', 'log');
  client.socket.send(JSON.stringify([
    { jsonrpc: '2.0', id: 100, method: 'sum', params: [1, 2] }, { jsonrpc: '2.0', method: 'log', params: ['b'] },
    { jsonrpc: '2.0', id: 101, method: 'sum', params: [3, 4] }]));
  await sleep(200);
  client.close();
};
