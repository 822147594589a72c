// Orders over STOMP 1.2: @stomp/stompjs, and a small broker of our own; receipts, heart-beats and errors of the protocol.
import { WebSocketServer, WebSocket } from 'ws';
import { Client } from '@stomp/stompjs';
import { base36, email, hex, int, iso, pick, shuffled, sleep, uuid, within, words } from '../ids.mjs';

export const changes = {
  'receipt-lost': [['unanswered', 'count', 'message'], 'RECEIPT|SEND'], 'error-frame': [['message', 'close', 'value'], 'ERROR|error'], 'field-dropped': [['field'], 'currency'], 'type-changed': [['field'], 'total'],
  'status-changed': [['value'], 'status'], 'destination-renamed': [['message'], 'shipped|dispatched'], 'order-broken': [['order'], 'confirmed|invoice'], 'slower': [['latency'], 'quote|price'], 'duplicate': [['repeated', 'count'], 'shipped|orders|MESSAGE'],
  'heartbeat-lost': [['heartbeat', 'pings', 'message', 'count'], ''], 'subprotocol-lost': [['subprotocol'], ''], 'close-code': [['close'], ''], 'new-message': [['message'], 'recall'],
};

const frame = (command, headers, body = '') => `${command}\n${Object.entries(headers).map(([k, v]) => `${k}:${v}`).join('\n')}\n\n${body}\0`;

export async function serve(port, is) {
  const ws = new WebSocketServer({ port, handleProtocols: offered => is('subprotocol-lost') ? false : [...offered][0] });
  ws.on('connection', socket => {
    const subscriptions = new Map();
    let beat;
    const message = (destination, body) => {
      for (const [id, to] of subscriptions) if (to === destination) {
        const text = frame('MESSAGE', { subscription: id, 'message-id': base36(10), destination, 'content-type': 'application/json' }, JSON.stringify(body));
        socket.send(text);
        if (is('duplicate') && destination.endsWith('shipped')) socket.send(text);
      }
    };
    socket.on('close', () => clearInterval(beat));
    socket.on('message', async data => {
      const text = String(data);
      if (text.trim() === '') return;
      const [head, body] = text.replace(/\0$/, '').split('\n\n');
      const [command, ...lines] = head.split('\n');
      const h = Object.fromEntries(lines.map(l => [l.slice(0, l.indexOf(':')), l.slice(l.indexOf(':') + 1)]));
      const receipt = () => { if (h.receipt && !(is('receipt-lost') && command === 'SEND')) socket.send(frame('RECEIPT', { 'receipt-id': h.receipt })); };
      if (command === 'CONNECT') {
        socket.send(frame('CONNECTED', { version: '1.2', server: 'orders/3', session: hex(16), 'heart-beat': '250,250' }));
        if (!is('heartbeat-lost')) beat = setInterval(() => socket.send('\n'), 250);
      } else if (command === 'SUBSCRIBE') { subscriptions.set(h.id, h.destination); receipt(); } else if (command === 'UNSUBSCRIBE') { subscriptions.delete(h.id); receipt(); } else if (command === 'DISCONNECT') receipt();
      else if (command === 'SEND') {
        const order = JSON.parse(body);
        if (h.destination === '/app/order') {
          if (is('error-frame') && order.lines.length > 1) { socket.send(frame('ERROR', { message: 'malformed order' }, 'no such article')); socket.close(1002); return; }
          receipt();
          const o = { order: uuid(), total: is('type-changed') ? `${int(1, 999)}.00` : int(1, 99900) / 100, currency: pick('EUR', 'CHF'), status: is('status-changed') ? 'held' : pick('accepted', 'queued'), by: email(), at: iso() };
          if (is('field-dropped')) delete o.currency;
          const parts = [() => message('/user/queue/confirmed', o), () => message('/user/queue/invoice', { number: `INV-${int(10000, 99999)}`, order: o.order })];
          if (is('order-broken')) parts.reverse();
          for (const p of parts) p();
          await sleep(int(10, 40));
          message(is('destination-renamed') ? '/topic/dispatched' : '/topic/shipped', { order: o.order, carrier: pick('post', 'rail'), parcels: int(1, 4) });
          if (is('new-message')) message('/user/queue/recall', { order: o.order });
        } else { await sleep(is('slower') ? 95 : 5); message('/user/queue/price', { article: order.article, price: int(1, 9999) }); receipt(); }
      }
    });
  });
}

export async function suite(at, is) {
  const open = async () => {
    let down;
    const gone = new Promise(resolve => { down = resolve; });
    const c = new Client({ webSocketFactory: () => new WebSocket(`ws://${at}/orders`, ['v12.stomp', 'v11.stomp'], { headers: { Origin: 'https://shop.example.org' } }).on('error', () => down()), reconnectDelay: 0, heartbeatIncoming: 0, heartbeatOutgoing: 250, connectHeaders: { login: email(), passcode: base36(12) }, onWebSocketClose: () => down() });
    const up = new Promise(resolve => { c.onConnect = resolve; c.onStompError = resolve; });
    c.activate();
    await Promise.race([within(900, up), gone]);
    const got = [];
    for (const d of ['/user/queue/confirmed', '/user/queue/invoice', '/user/queue/price', is('destination-renamed') ? '/topic/dispatched' : '/topic/shipped', '/user/queue/recall']) if (c.connected) c.subscribe(d, m => got.splice(0).forEach(f => f(m)));
    const sent = async (destination, body) => {
      if (!c.connected) return;
      const receipt = hex(8), done = within(700, new Promise(resolve => c.watchForReceipt(receipt, resolve)));
      c.publish({ destination, headers: { receipt }, body: JSON.stringify(body) });
      await Promise.race([done, gone]);
    };
    c.order = () => sent('/app/order', { customer: email(), note: words(1, 5), lines: Array.from({ length: int(1, 3) }, () => ({ article: base36(7), pieces: int(1, 9) })) });
    c.price = () => sent('/app/quote', { article: base36(7) });
    c.bye = async () => { if (is('close-code')) c.webSocket?.close(4100, 'bye'); else await within(500, c.deactivate()); await within(300, gone); };
    return c;
  };
  const tests = [
    async () => { const c = await open(); await c.order(); await sleep(60); await c.bye(); },
    async () => { const c = await open(); for (let i = 0; i < 3; i++) await c.price(); await c.bye(); },
    async () => { const c = await open(); for (let i = 0; i < 4; i++) { await c.order(); await sleep(int(60, 120)); } await c.bye(); },
    async () => { const c = await open(); await sleep(1100); await c.bye(); },
    async () => { const c = await open(); await c.price(); await c.order(); await sleep(60); await c.bye(); },
    async () => { const a = await open(), b = await open(); await a.order(); await b.order(); await sleep(70); await a.bye(); await b.bye(); },
  ];
  for (const test of shuffled(tests)) await test();
}
