'use strict';
// graphql.js: GraphQL by graphql-ws (graphql-transport-ws) or by subscriptions-transport-ws (graphql-ws).
const { buildSchema, execute, subscribe, parse } = require('graphql');

const schema = buildSchema(`
  type Query { hello(name: String): String, slow: Int, broken: Int }
  type Mutation { add(a: Int!, b: Int!): Int }
  type Subscription { ticks(n: Int!): Int, forever: Int }`);
const pause = (ms) => new Promise((done) => setTimeout(done, ms));
const root = {
  hello: ({ name }) => `hello ${name}`,
  slow: () => pause(40).then(() => 1),
  broken: () => { throw new Error('it broke'); },
  add: ({ a, b }) => a + b,
  async* ticks({ n }) { for (let i = 0; i < n; i++) { yield { ticks: i }; await pause(5); } },
  async* forever() { for (let i = 0; ; i++) { yield { forever: i }; await pause(20); } },
};

const CALLS = [
  ['Hello', 'query Hello($n: String) { hello(name: $n) }', { n: 'you' }], ['Slow', 'query Slow { slow }'], ['Slow', 'query Slow { slow }'],
  ['Add', 'mutation Add { add(a: 1, b: 2) }'], ['Broken', 'query Broken { broken }'], ['Ticks', 'subscription Ticks { ticks(n: 4) }'],
];

exports.server = async (spec, app) => {
  const { WebSocketServer } = require('ws');
  const server = require('http').createServer();
  if (spec.legacy) {
    const { SubscriptionServer } = require('subscriptions-transport-ws');
    SubscriptionServer.create({ schema, rootValue: root, execute, subscribe, keepAlive: 300 }, { server, path: '/graphql', perMessageDeflate: false });
  } else {
    const wss = new WebSocketServer({ server, path: '/graphql', perMessageDeflate: false, handleProtocols: () => 'graphql-transport-ws' });
    require('graphql-ws/lib/use/ws').useServer({ schema, roots: { query: root, mutation: root, subscription: root } }, wss);
    wss.on('connection', (ws) => watch(ws, app));
  }
  await new Promise((done) => server.listen(spec.port, '127.0.0.1', done));
};

// watch says the types of the messages that pass a WebSocket of the ws library.
function watch(ws, app) {
  const kind = (data) => JSON.parse(data).type;
  ws.on('message', (data) => app.received(kind(data)));
  const { send } = ws;
  ws.send = function (data, ...rest) { app.sent(kind(data)); return send.call(this, data, ...rest); };
}

exports.client = (spec, app, sleep) => (spec.legacy ? legacy : current)(spec, app, sleep);

async function current(spec, app, sleep) {
  const { createClient } = require('graphql-ws');
  const WebSocket = require('ws');
  class Watched extends WebSocket { constructor(...args) { super(...args); watch(this, app); } }
  let pinged;
  const client = createClient({
    url: spec.url + '/graphql', webSocketImpl: Watched, keepAlive: 150, lazy: false, onNonLazyError: () => {}, retryAttempts: 0,
    on: {
      ping: (received) => { if (!received) pinged = performance.now(); },
      pong: (received) => { if (received) app.beat(performance.now() - pinged); },
    },
  });
  const run = (operationName, query, variables) => {
    const start = performance.now();
    let first = true;
    return new Promise((done) => client.subscribe({ operationName, query, variables }, {
      next: () => { if (first) app.answered(operationName, performance.now() - start); first = false; },
      error: () => { app.answered(operationName, performance.now() - start); done(); },
      complete: done,
    }));
  };
  await new Promise((done) => client.on('connected', done));
  for (const c of CALLS) await run(...c);
  await run('Wrong', 'query Wrong { nothing }');
  const stop = client.subscribe({ query: 'subscription { forever }' }, { next() {}, error() {}, complete() {} });
  await sleep(90);
  stop();
  await sleep(500);
  await client.dispose();
}

async function legacy(spec, app, sleep) {
  const { SubscriptionClient } = require('subscriptions-transport-ws');
  const client = new SubscriptionClient(spec.url + '/graphql', { reconnect: false }, require('ws'));
  await new Promise((done) => client.onConnected(done));
  for (const [operationName, query, variables] of CALLS) {
    const start = performance.now();
    let first = true;
    await new Promise((done) => client.request({ operationName, query, variables }).subscribe({
      next: () => { if (first) app.answered(operationName, performance.now() - start); first = false; }, error: done, complete: done,
    }));
  }
  await sleep(400);
  client.close(false); // or both would close at once
}

exports.beat = (data) => ({ ping: 'ping', pong: 'pong', ka: 'ping' }[JSON.parse(data).type]);
