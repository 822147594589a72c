// A yard of containers on WAMP: fox-wamp's router, its procedures called by another connection, and wampy as the client. Messages are arrays, their kind a number.
import { createRequire } from 'node:module';
import { WebSocket } from 'ws';
import { Wampy } from 'wampy';
import { base62, int, iso, letters, pick, shuffled, sleep, uuid, within, word } from '../ids.mjs';
const require = createRequire(import.meta.url);
const Router = require('fox-wamp');

export const changes = {
  'reply-lost': [['unanswered', 'count', 'message'], 'assign|50|result|call'], 'error-reply': [['message', 'value', 'field', 'unanswered', 'count'], 'error|8\\b'], 'field-dropped': [['field'], 'bay'],
  'type-changed': [['field'], 'tons'], 'event-lost': [['message', 'count'], 'moved'], 'event-renamed': [['message'], 'moved|shifted'], 'order-broken': [['order'], 'weighed|sealed'], 'slower': [['latency'], 'find|call|result'],
  'duplicate': [['repeated', 'count'], 'moved|event'], 'state-changed': [['value'], 'state'], 'new-message': [['message'], 'alarm'], 'close-code': [['close'], ''], 'header-lost': [['request', 'finding'], 'X-Yard'],
};

export async function serve(port, is) {
  const router = new Router();
  const wss = router.listenWAMP({ port, host: '127.0.0.1' });
  wss.on('error', e => { throw e; });
  await sleep(50);
  const worker = new Wampy(`ws://127.0.0.1:${port}/inner`, { ws: WebSocket, realm: 'yard', autoReconnect: false });
  await worker.connect();
  const publish = (topic, kw) => worker.publish(topic, { argsDict: kw }, { exclude_me: true });
  const moved = () => (is('event-renamed') ? 'yard.shifted' : 'yard.moved');
  await worker.register('yard.find', async () => {
    await sleep(is('slower') ? 90 : 4);
    const found = Array.from({ length: int(1, 4) }, () => ({ box: base62(11), bay: int(1, 40), row: pick('a', 'b', 'c') }));
    if (is('field-dropped')) found.forEach(f => delete f.bay);
    return { argsList: found };
  });
  await worker.register('yard.assign', async ({ argsDict }) => {
    if (is('reply-lost')) await new Promise(() => {});
    if (is('error-reply')) throw { error: 'yard.error.full', details: {}, argsList: ['no bay is free'] };
    const tons = int(2, 30);
    const event = { box: argsDict?.box ?? '', crane: `CR-${int(10, 99)}`, tons: is('type-changed') ? `${tons}.5t` : tons, state: is('state-changed') ? 'stuck' : pick('lifted', 'set'), at: iso() };
    const steps = [() => publish('yard.weighed', { box: event.box, kg: int(2000, 30000) }), () => publish('yard.sealed', { box: event.box, seal: letters(8) })];
    for (const step of is('order-broken') ? steps.reverse() : steps) await step();
    if (!is('event-lost')) { await publish(moved(), event); if (is('duplicate')) await publish(moved(), event); }
    if (is('new-message')) await publish('yard.alarm', { level: int(1, 3), where: word() });
    return { argsDict: { ticket: uuid(), lane: int(1, 6) } };
  });
}

export async function suite(at, is) {
  const open = async () => {
    let socket;
    class Held extends WebSocket { constructor(url, protocols) { super(url, protocols, { headers: is('header-lost') ? {} : { 'X-Yard': `y-${base62(5)}` } }); socket = this; } }
    const w = new Wampy(`ws://${at}/yard?gate=${letters(6)}`, { ws: Held, realm: 'yard', autoReconnect: false, maxRetries: 0 });
    await w.connect();
    return {
      ask: (name, kw) => within(700, w.call(name, { argsDict: kw }).catch(() => undefined)),
      watch: async () => { for (const t of ['yard.moved', 'yard.shifted', 'yard.alarm', 'yard.weighed', 'yard.sealed']) await within(700, w.subscribe(t, () => {}).catch(() => undefined)); },
      bye: async () => {
        const gone = new Promise(resolve => socket.once('close', resolve));
        if (is('close-code')) socket.close(4077, 'shift over'); else await within(500, w.disconnect().catch(() => undefined));
        await within(600, gone);
      },
    };
  };
  const box = () => ({ box: base62(11) });
  const tests = [
    async () => { const c = await open(); await c.ask('yard.find', { size: int(20, 40) }); await c.bye(); },
    async () => { const c = await open(); for (let i = 0; i < 4; i++) await c.ask('yard.find', { size: int(20, 40) }); await c.bye(); },
    async () => { const c = await open(); await c.watch(); for (let i = 0; i < 3; i++) { await c.ask('yard.assign', box()); await sleep(int(5, 50)); } await sleep(30); await c.bye(); },
    async () => { const a = await open(), b = await open(); await a.watch(); await b.ask('yard.assign', box()); await b.ask('yard.assign', box()); await sleep(40); await a.bye(); await b.bye(); },
    async () => { const c = await open(); await c.watch(); await sleep(300); await c.bye(); },
    async () => { const a = await open(), b = await open(); await a.watch(); await b.watch(); await a.ask('yard.assign', box()); await sleep(40); await b.bye(); await a.ask('yard.find', { size: 20 }); await a.bye(); },
    async () => { const c = await open(); await c.ask('yard.assign', box()); await c.ask('yard.find', { size: 40 }); await c.bye(); },
  ];
  for (const test of shuffled(tests)) await test();
}
