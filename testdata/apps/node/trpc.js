'use strict';
// trpc.js: tRPC's wsLink and its server: queries, a mutation, one that fails, a subscription.
const router = () => {
  const { initTRPC, TRPCError } = require('@trpc/server');
  const { observable } = require('@trpc/server/observable');
  const t = initTRPC.create();
  return t.router({
    hello: t.procedure.input((x) => x).query(({ input }) => `hello ${input}`),
    user: t.router({ rename: t.procedure.input((x) => x).mutation(() => ({ ok: true })) }),
    broken: t.procedure.query(() => { throw new TRPCError({ code: 'NOT_FOUND', message: 'nothing there' }); }),
    ticks: t.procedure.subscription(() => observable((emit) => { let n = 0; const i = setInterval(() => emit.next(n++), 20); return () => clearInterval(i); })),
  });
};

exports.server = async (spec, app) => {
  const { applyWSSHandler } = require('@trpc/server/adapters/ws');
  const { WebSocketServer } = require('ws');
  const wss = new WebSocketServer({ port: spec.port, host: '127.0.0.1', perMessageDeflate: false });
  wss.on('connection', (ws) => ws.on('message', (b) => { const m = JSON.parse(b); app.received(m.method, m.params?.path ?? ''); }));
  applyWSSHandler({ wss, router: router() });
  await new Promise((done) => wss.on('listening', done));
};

exports.client = async (spec, app, sleep) => {
  const { createTRPCProxyClient, createWSClient, wsLink } = require('@trpc/client');
  const ws = createWSClient({ url: spec.url, WebSocket: require('ws') });
  const client = createTRPCProxyClient({ links: [wsLink({ client: ws })] });
  for (const name of ['a', 'b', 'c']) { app.sent('query', 'hello'); await app.time('hello', () => client.hello.query(name)); }
  app.sent('mutation', 'user.rename');
  await app.time('user.rename', () => client.user.rename.mutate({ to: 'x' }));
  app.sent('query', 'broken');
  await client.broken.query().catch(() => {});
  app.sent('subscription', 'ticks');
  const s = client.ticks.subscribe(undefined, { onData() {} });
  await sleep(150);
  app.sent('subscription.stop');
  s.unsubscribe();
  await sleep(50);
  ws.close();
  await sleep(50);
};
