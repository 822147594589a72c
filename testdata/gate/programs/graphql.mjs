// GraphQL subscriptions and queries by graphql-ws; a test file opens one client for its tests.
import http from 'node:http';
import { WebSocketServer, WebSocket } from 'ws';
import { buildSchema } from 'graphql';
import { createClient } from 'graphql-ws';
import * as gws from 'graphql-ws/use/ws';
import { base36, int, iso, nanoid, pick, sleep, uuid, within, words } from '../ids.mjs';

export const changes = {
  'reply-lost': [['unanswered', 'count', 'message'], 'complete|next|subscribe'], 'errors-appeared': [['message', 'value', 'field', 'count'], 'error'],
  'field-dropped': [['field'], 'total'], 'type-changed': [['field'], 'count|quantity'], 'null-field': [['field'], 'owner'], 'slower': [['latency'], ''],
  'heartbeat-lost': [['heartbeat', 'pings', 'message', 'count'], ''], 'duplicate': [['repeated', 'count'], 'next'], 'fewer-events': [['count', 'message'], 'next'],
  'auth-lost': [['field', 'message', 'size'], 'connection_init|init'], 'subprotocol-lost': [['subprotocol', 'request', 'close', 'handshake', 'finding', 'message'], ''], 'close-code': [['close'], ''],
  'state-changed': [['value'], 'status'],
};

const schema = buildSchema(`
  type Owner { id: ID! name: String! }
  type Order { id: ID! status: String! total: Float count: Int quantity: String owner: Owner at: String }
  type Query { orders(first: Int): [Order!]! order(id: ID!): Order viewer: Owner }
  type Mutation { place(sku: String!, n: Int!): Order cancel(id: ID!): Order }
  type Subscription { orderUpdated(id: ID!): Order ticks(n: Int!): Order }`);

export async function serve(port, is) {
  const order = id => {
    const o = { id: id ?? base36(), status: 'OPEN', total: int(100, 9999) / 100, count: int(1, 9), quantity: null, owner: { id: uuid(), name: words(1, 2) }, at: iso() };
    if (is('null-field')) o.owner = null;
    return o;
  };
  const roots = {
    query: { orders: async ({ first }) => Array.from({ length: int(0, first) }, () => order()), order: async ({ id }) => { await sleep(is('slower') ? 80 : 4); return order(id); }, viewer: () => ({ id: uuid(), name: words(1, 2) }) },
    mutation: {
      place: ({ n }) => { if (is('errors-appeared')) throw new Error('out of stock'); return { ...order(), count: n, status: is('state-changed') ? 'DRAFT' : 'OPEN' }; },
      cancel: ({ id }) => ({ ...order(id), status: 'CANCELLED' }),
    },
    subscription: {
      async *orderUpdated({ id }) { for (const status of ['PAID', 'PACKED', 'SENT'].slice(0, is('fewer-events') ? 1 : 3)) { await sleep(10); yield { orderUpdated: { ...order(id), status } }; } },
      async *ticks({ n }) { for (let i = 0; i < n; i++) { await sleep(int(5, 40)); yield { ticks: order() }; } },
    },
  };
  const server = http.createServer();
  const ws = new WebSocketServer({ server, path: '/graphql' });
  if (is('reply-lost', 'field-dropped', 'type-changed', 'duplicate')) ws.on('connection', s => {
    const send = s.send.bind(s);
    let n = 0;
    s.send = (data, ...rest) => {
      if (is('reply-lost') && data.includes('viewer') && n++ % 1 === 0) return rest.at(-1)?.();
      if (is('field-dropped')) data = data.replace(/"total":[\d.]+,/g, '');
      if (is('type-changed')) data = data.replace(/"count":(\d+)/g, '"count":"$1"');
      if (is('duplicate') && data.includes('"PAID"')) send(data);
      send(data, ...rest);
    };
  });
  gws.useServer({ schema, roots, onConnect: () => true }, ws, is('heartbeat-lost') ? 0 : 600);
  if (is('subprotocol-lost')) ws.options.handleProtocols = () => false; // in place of the one that useServer has put there
  await new Promise(resolve => server.listen(port, resolve));
}

export async function suite(at, is) {
  const file = async tests => {
    const client = createClient({ url: `ws://${at}/graphql`, webSocketImpl: WebSocket, lazy: false, retryAttempts: 0, generateID: () => nanoid(), connectionParams: is('auth-lost') ? undefined : { authorization: 'Bearer ' + base36(30) }, onNonLazyError: () => {} });
    const run = (query, variables) => within(1500, new Promise(resolve => {
      const got = [];
      client.subscribe({ query, variables }, { next: v => got.push(v), error: () => resolve(got), complete: () => resolve(got) });
    }));
    for (const test of tests) await test(run);
    await sleep(20);
    if (is('close-code')) client.terminate(); else await client.dispose();
    await sleep(30);
  };
  const fields = '{ id status total count quantity owner { id name } at }';
  const orders = r => r(`query Orders($n: Int) { orders(first: $n) ${fields} }`, { n: 4 });
  const order = r => r(`query Order($id: ID!) { order(id: $id) ${fields} }`, { id: base36() });
  const viewer = r => r('query Viewer { viewer { id name } }');
  const place = r => r(`mutation Place($sku: String!, $n: Int!) { place(sku: $sku, n: $n) ${fields} }`, { sku: pick('A1', 'B2', 'C3'), n: int(1, 5) });
  const cancel = r => r(`mutation Cancel($id: ID!) { cancel(id: $id) ${fields} }`, { id: base36() });
  const updates = r => r(`subscription Updates($id: ID!) { orderUpdated(id: $id) ${fields} }`, { id: base36() });
  const ticks = r => r(`subscription Ticks($n: Int!) { ticks(n: $n) ${fields} }`, { n: 6 });
  await file([viewer, orders]);
  await file([order, order, order, updates]);
  await file([place, cancel, viewer, r => Promise.all([order(r), place(r), orders(r)])]);
  await file([ticks, updates, () => sleep(int(700, 900)), viewer]);
  await file([place, updates, ticks, place]);
}
