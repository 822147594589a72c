'use strict';
// ocpp.js: OCPP 1.6 or 2.0.1 between two ends of ocpp-rpc.
exports.server = async (spec, app, sleep) => {
  const { RPCServer, createRPCError } = require('ocpp-rpc');
  const server = new RPCServer({ protocols: [spec.subprotocol], strictMode: false, pingIntervalMs: 0, wssOptions: { perMessageDeflate: false } });
  server.auth((accept) => accept({}));
  server.on('client', (client) => {
    const handle = (name, f) => client.handle(name, async (x) => { app.received('call', name); return f(x); });
    handle('BootNotification', () => ({ status: 'Accepted', interval: 300, currentTime: '2026-11-22T00:00:00Z' }));
    handle('Heartbeat', () => ({ currentTime: '2026-11-22T00:00:00Z' }));
    handle('StatusNotification', () => ({}));
    handle('Authorize', async () => { await sleep(30); return { idTagInfo: { status: 'Accepted' } }; });
    handle('DataTransfer', async () => {
      app.sent('call', 'Reset');
      app.time('Reset', () => client.call('Reset', { type: 'Soft' })).catch(() => {});
      throw createRPCError('NotImplemented', 'no such vendor');
    });
  });
  await server.listen(spec.port, '127.0.0.1');
};

exports.client = async (spec, app, sleep) => {
  const { RPCClient } = require('ocpp-rpc');
  const client = new RPCClient({ endpoint: spec.url, identity: 'CP1', protocols: [spec.subprotocol], strictMode: false, pingIntervalMs: 0, reconnect: false });
  client.handle('Reset', async () => { app.received('call', 'Reset'); return { status: 'Accepted' }; });
  await client.connect();
  const call = (name, x) => { app.sent('call', name); return app.time(name, () => client.call(name, x)); };
  await call('BootNotification', { chargePointVendor: 'wscope', chargePointModel: 'one' });
  for (const status of ['Available', 'Preparing', 'Charging']) await call('StatusNotification', { connectorId: 1, errorCode: 'NoError', status });
  await call('Authorize', { idTag: '0123456789' });
  for (let i = 0; i < 3; i++) { await call('Heartbeat', {}); await sleep(40); }
  await call('DataTransfer', { vendorId: 'nobody' }).catch(() => {});
  await sleep(100);
  await client.close();
};
