'use strict';
// client.js PORT REGRESSION: shops three times, one connection after the other, and comes back where it is cut off.
const { randomUUID } = require('crypto');
const { WebSocket } = require('../peers/node/node_modules/ws');

const [port, regression] = [Number(process.argv[2]), process.argv[3]];
const pause = (ms) => new Promise((done) => setTimeout(done, ms));

function shop(visit) {
  return new Promise((done, fail) => {
    const ws = new WebSocket(`ws://127.0.0.1:${port}/shop?visit=${visit}`, {
      autoPong: regression !== 'missing-pong', perMessageDeflate: { threshold: 0 },
    });
    const waiting = [];
    const next = (type) => new Promise((found) => waiting.push({ type, found }));
    const say = (message) => ws.send(JSON.stringify(message));
    ws.on('message', (data) => {
      const message = JSON.parse(data);
      if (message.type === 'challenge') return say({ type: 'proof', nonce: message.nonce, proof: randomUUID() });
      const i = waiting.findIndex((w) => w.type.includes(message.type));
      if (i >= 0) waiting.splice(i, 1)[0].found(message);
    });
    ws.on('error', fail);
    ws.on('close', (code) => (code === 1006 ? fail(new Error('cut off')) : done()));
    ws.on('open', async () => {
      say({ type: 'hello', version: 3, token: randomUUID() });
      await next(['welcome']);
      for (let id = 1; id <= 8; id++) {
        say({ type: 'quote', id, symbol: ['AAA', 'BBB', 'CCC'][id % 3] });
        await next(['price']);
        await pause(20);
      }
      say({ type: 'order', id: 9, symbol: 'AAA', count: 1 + Math.floor(Math.random() * 9) });
      await Promise.all([next(['filled', 'order_filled']), next(['receipt'])]);
      await pause(30);
      say({ type: 'bye' });
    });
  });
}

(async () => {
  for (let visit = 0; visit < 3;) {
    await shop(visit).then(() => visit++, () => pause(50));
  }
})();
