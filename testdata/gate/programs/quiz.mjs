// A quiz on SockJS: its own server with its heartbeats, and a client that speaks its framing over a WebSocket, as its client does. Messages are
// lists of texts, each a JSON of [topic, body].
import http from 'node:http';
import { WebSocket } from 'ws';
import sockjs from 'sockjs';
import { base36, email, hex, int, pick, shuffled, sleep, within, word, words } from '../ids.mjs';

export const changes = {
  'reply-lost': [['unanswered', 'count', 'message'], 'answer|verdict'], 'error-reply': [['message', 'value', 'field'], 'refused|verdict'], 'field-dropped': [['field'], 'points'],
  'type-changed': [['field'], 'left'], 'event-renamed': [['message'], 'question|riddle'], 'event-lost': [['message', 'count'], 'standing'], 'order-broken': [['order'], 'rules|roster'], 'slower': [['latency'], 'hint'],
  'duplicate': [['repeated', 'count'], 'question'], 'state-changed': [['value'], 'outcome'], 'new-message': [['message'], 'advert'], 'heartbeat-lost': [['heartbeat', 'pings', 'message', 'count'], ''], 'close-code': [['close'], ''], 'cookie-lost': [['request', 'finding'], 'Cookie'],
};

export async function serve(port, is) {
  const service = sockjs.createServer({ prefix: '/quiz', heartbeat_delay: is('heartbeat-lost') ? 1e7 : 320, log: () => {} });
  service.on('connection', conn => {
    const tell = (topic, body) => conn.write(JSON.stringify([topic, body]));
    const begin = [() => tell('rules', { rounds: int(3, 9), lang: pick('en', 'de', 'fr') }), () => tell('roster', { players: Array.from({ length: int(1, 5) }, () => ({ name: word(), key: base36(7) })) })];
    for (const step of is('order-broken') ? begin.reverse() : begin) step();
    const ask = () => {
      const q = { id: hex(8), text: `${words(3, 8)}?`, left: is('type-changed') ? `${int(5, 30)}s` : int(5, 30) };
      const topic = is('event-renamed') ? 'riddle' : 'question';
      tell(topic, q);
      if (is('duplicate')) tell(topic, q);
    };
    const standing = setInterval(() => { if (!is('event-lost')) tell('standing', { first: word(), gap: int(0, 90) }); if (is('new-message') && int(0, 1)) tell('advert', { brand: word(), seconds: int(5, 30) }); }, 130);
    conn.on('close', () => clearInterval(standing));
    conn.on('data', async text => {
      const [topic, body] = JSON.parse(text);
      if (topic === 'next') ask();
      if (topic === 'hint') { await sleep(is('slower') ? 95 : 6); tell('hint', { re: body.id, text: words(1, 4) }); }
      if (topic === 'answer') {
        if (is('reply-lost')) return;
        if (is('error-reply')) return void tell('refused', { re: body.id, why: 'too late' });
        const v = { re: body.id, outcome: is('state-changed') ? 'void' : pick('right', 'right', 'wrong'), points: int(0, 10) };
        if (is('field-dropped')) delete v.points;
        tell('verdict', v);
      }
    });
  });
  const server = http.createServer();
  service.installHandlers(server);
  await new Promise(resolve => server.listen(port, '127.0.0.1', resolve));
}

export async function suite(at, is) {
  const open = async () => {
    const ws = new WebSocket(`ws://${at}/quiz/${String(int(0, 999)).padStart(3, '0')}/${base36(8)}/websocket`, { headers: is('cookie-lost') ? {} : { Cookie: `JSESSIONID=${hex(16)}` } });
    let waiting = [];
    ws.on('message', data => {
      const text = String(data);
      if (text[0] !== 'a') return;
      for (const one of JSON.parse(text.slice(1))) {
        const [topic] = JSON.parse(one);
        const found = waiting.find(w => w.topics.includes(topic));
        if (found) { waiting = waiting.filter(w => w !== found); found.resolve(JSON.parse(one)[1]); }
      }
    });
    await new Promise(resolve => ws.once('open', resolve));
    const c = {
      say: (topic, body) => ws.send(JSON.stringify([JSON.stringify([topic, body])])),
      wait: (...topics) => within(600, new Promise(resolve => waiting.push({ topics, resolve }))),
      ask: (topic, body, ...topics) => { const w = c.wait(...topics); c.say(topic, body); return w; },
      bye: async () => { const gone = new Promise(resolve => ws.once('close', resolve)); ws.close(is('close-code') ? 4123 : 1000, ''); await within(500, gone); },
    };
    return c;
  };
  const next = c => c.ask('next', { of: email() }, 'question', 'riddle');
  const round = async c => { const q = await next(c); await c.ask('answer', { id: q?.id ?? '', choice: int(1, 4) }, 'verdict', 'refused'); };
  const tests = [
    async () => { const c = await open(); await round(c); await c.bye(); },
    async () => { const c = await open(); for (let i = 0; i < 4; i++) { await round(c); await sleep(int(5, 60)); } await c.bye(); },
    async () => { const c = await open(); for (let i = 0; i < 3; i++) { const q = await next(c); await c.ask('hint', { id: q?.id ?? '' }, 'hint'); } await c.bye(); },
    async () => { const a = await open(), b = await open(); await round(a); await round(b); await a.ask('hint', { id: hex(8) }, 'hint'); await b.bye(); await a.bye(); },
    async () => { const c = await open(); await sleep(1100); await c.bye(); },
    async () => { const c = await open(); const q = await next(c); await c.ask('hint', { id: q?.id ?? '' }, 'hint'); await c.ask('answer', { id: q?.id ?? '', choice: int(1, 4) }, 'verdict', 'refused'); await sleep(int(200, 400)); await c.bye(); },
    async () => { const c = await open(); await c.bye(); },
  ];
  for (const test of shuffled(tests)) await test();
}
