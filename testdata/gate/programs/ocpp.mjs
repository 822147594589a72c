// Charge points and their central system by ocpp-rpc; each test has a charge point with an identity of its own.
import http from 'node:http';
import { RPCServer, RPCClient } from 'ocpp-rpc';
import { base36, chargePoint, int, iso, letters, pick, sleep, within } from '../ids.mjs';

export const changes = {
  'reply-lost': [['unanswered', 'count', 'message'], 'Authorize'], 'status-changed': [['value', 'field'], 'status|Boot'], 'field-dropped': [['field'], 'interval'],
  'type-changed': [['field'], 'transactionId'], 'slower': [['latency'], 'MeterValues'], 'error-reply': [['message', 'value', 'count', 'unanswered', 'finding'], ''],
  'heartbeat-lost': [['heartbeat', 'message', 'count'], 'Heartbeat'], 'subprotocol-changed': [['subprotocol', 'request'], ''], 'auth-lost': [['request', 'finding'], 'Authorization|credentials'],
  'call-lost': [['message', 'count'], 'RemoteStart|StartTransaction'], 'new-message': [['message'], 'DataTransfer'], 'close-code': [['close'], ''], 'pings-lost': [['pings', 'heartbeat', 'message', 'count'], ''],
};

export async function serve(port, is) {
  const server = new RPCServer({ protocols: is('subprotocol-changed') ? ['ocpp2.0.1'] : ['ocpp1.6', 'ocpp2.0.1'], strictMode: false, pingIntervalMs: is('pings-lost') ? 0 : 300 });
  server.auth(accept => accept());
  server.on('client', client => {
    client.handle('BootNotification', () => {
      const a = { status: is('status-changed') ? 'Pending' : 'Accepted', interval: 300, currentTime: iso() };
      if (is('field-dropped')) delete a.interval;
      return a;
    });
    client.handle('Heartbeat', () => ({ currentTime: iso() }));
    client.handle('Authorize', () => (is('reply-lost') ? new Promise(() => {}) : { idTagInfo: { status: 'Accepted', parentIdTag: base36() } }));
    client.handle('StatusNotification', () => ({}));
    client.handle('StartTransaction', () => { const n = int(1, 99999); return { transactionId: is('type-changed') ? String(n) : n, idTagInfo: { status: 'Accepted' } }; });
    client.handle('MeterValues', async () => { await sleep(is('slower') ? 70 : 3); return {}; });
    client.handle('StopTransaction', () => { if (is('error-reply')) throw new Error('no such transaction'); return { idTagInfo: { status: 'Accepted' } }; });
    client.handle('Ready', async () => {
      if (!is('call-lost')) await client.call('RemoteStartTransaction', { connectorId: 1, idTag: base36() });
      if (is('new-message')) await client.call('DataTransfer', { vendorId: 'acme', data: letters(12) });
      return {};
    });
  });
  await server.listen(port);
}

export async function suite(at, is) {
  const point = async () => {
    const c = new RPCClient({ endpoint: `ws://${at}/ocpp`, identity: pick(chargePoint(), base36(9), letters(9)), protocols: is('subprotocol-changed') ? ['ocpp2.0.1'] : ['ocpp1.6'], strictMode: false, reconnect: false, password: is('auth-lost') ? undefined : base36(16), callTimeoutMs: 900, pingIntervalMs: 100000 });
    c.handle('RemoteStartTransaction', () => ({ status: 'Accepted' }));
    c.handle('DataTransfer', () => ({ status: 'Accepted' }));
    await c.connect();
    c.ask = (m, p) => within(1500, c.call(m, p).catch(() => {}));
    await c.ask('BootNotification', { chargePointVendor: 'acme', chargePointModel: pick('one', 'two'), chargePointSerialNumber: base36(12) });
    c.beats = is('heartbeat-lost') ? null : setInterval(() => c.ask('Heartbeat', {}), 250);
    c.bye = async () => { clearInterval(c.beats); await c.close(is('close-code') ? { code: 1001 } : { code: 1000 }); };
    return c;
  };
  const meter = c => c.ask('MeterValues', { connectorId: 1, meterValue: Array.from({ length: int(1, 3) }, () => ({ timestamp: iso(), sampledValue: [{ value: String(int(0, 9999)), unit: 'Wh' }] })) });
  const status = c => c.ask('StatusNotification', { connectorId: int(1, 2), errorCode: 'NoError', status: pick('Available', 'Preparing', 'Charging') });
  const tests = [
    async () => { const c = await point(); await status(c); await c.bye(); },
    async () => { const c = await point(); await c.ask('Authorize', { idTag: base36() }); await c.bye(); },
    async () => { const c = await point(); const t = await c.ask('StartTransaction', { connectorId: 1, idTag: base36(), meterStart: int(0, 99), timestamp: iso() }); for (let i = 0; i < 4; i++) { await meter(c); await sleep(60); } await c.ask('StopTransaction', { transactionId: Number(t?.transactionId ?? 1), meterStop: int(100, 999), timestamp: iso() }); await c.bye(); },
    async () => { const c = await point(); await sleep(1100); await c.bye(); },
    async () => { const c = await point(); await c.ask('Ready', {}); await status(c); await status(c); await c.bye(); },
    async () => { const c = await point(); await Promise.all([status(c), meter(c), c.ask('Authorize', { idTag: base36() })]); await c.bye(); },
    async () => { const c = await point(); await c.ask('Ready', {}); const t = await c.ask('StartTransaction', { connectorId: 2, idTag: base36(), meterStart: 1, timestamp: iso() }); await meter(c); await c.ask('StopTransaction', { transactionId: Number(t?.transactionId ?? 1), meterStop: 9, timestamp: iso() }); await c.bye(); },
    async () => { const c = await point(); await sleep(600); await meter(c); await c.bye(); },
  ];
  for (const test of tests) await test();
}
