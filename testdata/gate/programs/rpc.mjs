// JSON-RPC 2.0 with notifications by rpc-websockets; one client for the suite, then one for each of the last tests.
import { Server, Client } from 'rpc-websockets';
import { base62, email, int, iso, pick, slug, sleep, within, words } from '../ids.mjs';

export const changes = {
  'reply-lost': [['unanswered', 'count', 'message'], 'quote|order'], 'error-reply': [['message', 'value', 'count', 'field'], 'error|cancel'], 'field-dropped': [['field'], 'currency'], 'type-changed': [['field'], 'amount'], 'null-field': [['field'], 'note'],
  'event-renamed': [['message'], 'filled'], 'slower': [['latency'], 'quote|order'], 'event-lost': [['message', 'count'], 'filled'], 'duplicate': [['repeated', 'count'], 'filled'], 'new-message': [['message'], 'margin'], 'request-lost': [['message', 'count'], 'quote'],
  'state-changed': [['value'], 'state'], 'ticks-lost': [['message', 'count', 'heartbeat'], 'tick'],
};

export async function serve(port, is) {
  const server = new Server({ port, host: '127.0.0.1' });
  for (const e of ['order_filled', 'order.done', 'tick', 'margin']) server.event(e);
  server.register('login', ([user]) => ({ session: base62(24), user, roles: ['trader'] }));
  server.register('quote', async ([symbol]) => { await sleep(is('slower') ? 85 : 5); if (is('reply-lost')) await new Promise(() => {}); const q = { symbol, amount: is('type-changed') ? String(int(1, 999)) : int(1, 999), currency: 'EUR', note: is('null-field') ? null : words(1, 3), at: iso() }; if (is('field-dropped')) delete q.currency; return q; });
  server.register('order', ([o]) => {
    const id = slug();
    setTimeout(() => {
      const fill = { id, state: is('state-changed') ? 'PARTIAL' : 'FILLED', price: int(1, 9999) / 100, legs: Array.from({ length: int(1, 3) }, () => ({ venue: pick('X', 'Y'), n: int(1, 9) })) };
      if (!is('event-lost')) server.emit(is('event-renamed') ? 'order.done' : 'order_filled', fill);
      if (is('duplicate')) server.emit('order_filled', fill);
      if (is('new-message')) server.emit('margin', { level: int(1, 9) });
    }, 6);
    return { id, accepted: true };
  });
  server.register('cancel', ([id]) => { if (is('error-reply')) throw new Error('unknown order'); return { id, cancelled: true }; });
  server.register('list', ([n]) => Array.from({ length: int(0, n) }, () => ({ id: slug(), state: pick('OPEN', 'FILLED') })));
  if (!is('ticks-lost')) setInterval(() => server.emit('tick', { at: iso(), load: int(0, 100) / 100 }), 130);
  await new Promise(r => server.on('listening', r));
}

export async function suite(at, is) {
  const open = async () => {
    const c = new Client(`ws://${at}`, { autoconnect: true, reconnect: false });
    await new Promise(r => c.on('open', r));
    c.ask = (m, ...p) => within(900, c.call(m, p, 900).catch(() => {}));
    await c.ask('login', email());
    await within(500, c.subscribe(['order_filled', 'order.done', 'tick', 'margin']).catch(() => {}));
    return c;
  };
  const quote = c => (is('request-lost') ? null : c.ask('quote', pick('ACME', 'INIT', 'HOOL')));
  const order = async c => { const o = await c.ask('order', { symbol: pick('ACME', 'INIT'), n: int(1, 50), limit: int(1, 9999) / 100 }); await sleep(15); return o?.id ?? slug(); };
  const c = await open();
  for (let i = 0; i < 4; i++) await quote(c);
  await order(c);
  await c.ask('list', 5);
  await c.ask('cancel', await order(c));
  await Promise.all([quote(c), c.ask('list', 3)]);
  await sleep(int(300, 600));
  await order(c);
  c.close();
  for (const t of [quote, order, x => x.ask('list', 2), async x => x.ask('cancel', await order(x)), () => sleep(400)]) { const d = await open(); await t(d); d.close(); await sleep(15); }
}
