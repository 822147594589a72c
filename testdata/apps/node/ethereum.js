'use strict';
// ethereum.js: Ethereum's JSON-RPC by ethers: calls, an error, a subscription to new blocks.
const WebSocket = require('ws');

const hex = (n) => '0x' + n.toString(16);
const word = (n) => '0x' + n.toString(16).padStart(64, '0');
const block = (n) => ({
  number: hex(n), hash: word(n), parentHash: word(n - 1), nonce: '0x0000000000000000', timestamp: hex(1795000000 + n), difficulty: '0x0', gasLimit: '0x1c9c380',
  gasUsed: '0x0', miner: '0x' + '00'.repeat(20), extraData: '0x', baseFeePerGas: '0x7', stateRoot: word(1), receiptsRoot: word(2), transactions: [],
});

exports.server = async (spec, app, sleep) => {
  const wss = new WebSocket.WebSocketServer({ port: spec.port, host: '127.0.0.1', perMessageDeflate: false });
  wss.on('connection', (ws) => {
    let height = 100;
    const answer = { eth_chainId: () => '0x1', eth_blockNumber: () => hex(height), eth_getBalance: () => hex(10n ** 18n), eth_getBlockByNumber: () => block(height),
      eth_subscribe: () => '0xfeed', eth_unsubscribe: () => true };
    const reply = async (m) => {
      app.received('request', m.method);
      if (m.method === 'eth_getBalance') await sleep(40);
      const error = m.method === 'eth_call' && { code: 3, message: 'execution reverted', data: '0x' };
      return { jsonrpc: '2.0', id: m.id, ...(error ? { error } : { result: answer[m.method]() }) };
    };
    ws.on('message', async (data) => {
      const m = JSON.parse(data);
      ws.send(JSON.stringify(Array.isArray(m) ? await Promise.all(m.map(reply)) : await reply(m)));
      if (m.method !== 'eth_subscribe') return;
      for (let i = 0; i < 2; i++) {
        await sleep(30);
        height++;
        app.sent('notification', 'eth_subscription');
        ws.send(JSON.stringify({ jsonrpc: '2.0', method: 'eth_subscription', params: { subscription: '0xfeed', result: block(height) } }));
      }
    });
  });
  await new Promise((done) => wss.on('listening', done));
};

exports.client = async (spec, app, sleep) => {
  const { WebSocketProvider, Network } = require('ethers');
  const ws = new WebSocket(spec.url, { perMessageDeflate: false });
  const { send } = ws;
  ws.send = (data) => { for (const m of [JSON.parse(data)].flat()) app.sent('request', m.method); return send.call(ws, data); };
  ws.on('message', (data) => { for (const m of [JSON.parse(data)].flat()) if (m.method) app.received('notification', m.method); });
  const provider = new WebSocketProvider(ws, Network.from(1), { staticNetwork: true, polling: false });
  await app.time('eth_getBalance', () => provider.getBalance('0x' + '11'.repeat(20)));
  await provider.getBlock('latest');
  await provider.call({ to: '0x' + '22'.repeat(20), data: '0x' }).catch(() => {});
  let seen = 0;
  await new Promise((done) => provider.on('block', () => { if (++seen === 2) done(); }));
  await provider.removeAllListeners('block');
  await sleep(100);
  ws.close(1000);
  await new Promise((done) => ws.once('close', done));
};
