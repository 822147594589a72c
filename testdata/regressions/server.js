'use strict';
// server.js PORT REGRESSION: a little shop over WebSocket, on node's ws. REGRESSION, where it is not "none", is the one
// thing that this version of the program does worse; shop_test.go in analyzer/behaviour says what each must show.
const { randomUUID } = require('crypto');
const { WebSocketServer } = require('../peers/node/node_modules/ws');

const [port, regression] = [Number(process.argv[2]), process.argv[3]];
const is = (name) => regression === name;
let dropsLeft = is('reconnect-loop') ? 6 : 0;

const server = new WebSocketServer({
  host: '127.0.0.1', port,
  perMessageDeflate: is('compression-off') ? false : { threshold: 0 },
}, () => console.log('ready'));

// A text frame whose length is written in 16 bits though 7 would do, RFC 6455 §5.2; ws and most others take it.
function longLength(ws, message) {
  const payload = Buffer.from(JSON.stringify(message));
  ws._socket.write(Buffer.concat([Buffer.from([0x81, 126, 0, payload.length]), payload]));
}

server.on('connection', (ws) => {
  const say = (message) => ws.send(JSON.stringify(message));
  const welcome = () => say({ type: 'welcome', session: randomUUID(), at: Date.now(), user: { id: 7, name: 'Ada', mail: 'ada@example.com' } });
  const steps = {
    hello() {
      if (is('extra-round-trip')) return say({ type: 'challenge', nonce: randomUUID() });
      if (dropsLeft-- > 0) return ws._socket.resetAndDestroy();
      welcome();
    },
    proof: welcome,
    quote({ id, symbol }) {
      const price = 100 + Math.random() * 10;
      const answer = { type: 'price', id, symbol, price, bid: price - 0.1, ask: price + 0.1 };
      if (is('dropped-field')) delete answer.bid;
      setTimeout(() => say(answer), is('slower-operation') ? 60 : 2);
    },
    order({ id, symbol, count }) {
      const order = randomUUID();
      say({ type: 'accepted', id, order, symbol, count });
      const filled = { type: is('renamed-event') ? 'order_filled' : 'filled', order, at: Date.now(), parts: [{ count, price: 99.5 }] };
      const receipt = { type: 'receipt', order, total: 99.5 * count, note: 'thank you'.repeat(is('larger-payload') ? 60 : 2) };
      if (is('out-of-order')) return say(receipt), say(filled);
      if (is('protocol-violation')) return ws.send(JSON.stringify(filled), () => longLength(ws, { ...receipt, note: 'thank you' }));
      say(filled);
      if (is('duplicate-message')) say(filled);
      say(receipt);
    },
    bye() { ws.close(is('wrong-close-code') ? 1011 : 1000, 'bye'); },
  };
  ws.on('message', (data) => {
    const message = JSON.parse(data);
    steps[message.type](message);
  });
  ws.on('error', () => {});
  let pings = 0;
  const timer = setInterval(() => (pings++ < 3 && ws.readyState === 1 ? ws.ping(`${pings}`) : clearInterval(timer)), 60);
});
