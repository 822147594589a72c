// Deployments on tRPC: its WebSocket adapter and client, queries, mutations and subscriptions; two clients live through the whole suite.
import { WebSocketServer, WebSocket } from 'ws';
import { initTRPC, TRPCError } from '@trpc/server';
import { applyWSSHandler } from '@trpc/server/adapters/ws';
import { createTRPCClient, createWSClient, wsLink } from '@trpc/client';
import { base36, hex, int, iso, pick, shuffled, sleep, slug, within, words } from '../ids.mjs';

export const changes = {
  'reply-lost': [['unanswered', 'count', 'message'], 'restart'], 'error-reply': [['value', 'field', 'message'], 'error'], 'field-dropped': [['field'], 'region'],
  'type-changed': [['field'], 'replicas'], 'state-changed': [['value'], 'state'], 'slower': [['latency'], 'list'], 'procedure-renamed': [['message', 'value'], 'logs'],
  'duplicate': [['repeated', 'count'], 'data|logs|subscription'], 'fewer-events': [['count'], 'data|logs|subscription'], 'heartbeat-lost': [['heartbeat', 'pings', 'message', 'count'], ''],
  'cookie-lost': [['request', 'finding'], 'Cookie'], 'query-lost': [['request'], 'tenant'], 'close-code': [['close'], ''], 'extra-call': [['message'], 'whoami'],
};

const t = initTRPC.create();
const any = t.procedure.input(x => x);

export async function serve(port, is) {
  const deployment = () => {
    const d = { name: slug(), commit: hex(40), replicas: is('type-changed') ? String(int(1, 9)) : int(1, 9), region: pick('eu-1', 'us-2'), state: is('state-changed') ? 'degraded' : pick('live', 'rolling'), updated: iso() };
    if (is('field-dropped')) delete d.region;
    return d;
  };
  const router = t.router({
    whoami: any.query(() => ({ user: slug() })),
    list: any.query(async () => { await sleep(is('slower') ? 90 : 5); return Array.from({ length: int(1, 6) }, deployment); }),
    show: any.query(({ input }) => ({ ...deployment(), name: input.name })),
    restart: any.mutation(async ({ input }) => {
      if (is('reply-lost')) await sleep(1e6);
      if (is('error-reply')) throw new TRPCError({ code: 'CONFLICT', message: `${input.name} is rolling` });
      return { job: base36(9), accepted: true };
    }),
    scale: any.mutation(({ input }) => ({ job: base36(9), from: int(1, 9), to: input.to })),
    [is('procedure-renamed') ? 'tail' : 'logs']: any.subscription(async function* ({ input }) {
      for (let i = 0; i < (is('fewer-events') ? 2 : 6); i++) {
        const line = { line: i, pod: `${input.name}-${base36(5)}`, text: words(3, 9) };
        yield line;
        if (is('duplicate')) yield line;
        await sleep(int(20, 60));
      }
    }),
  });
  const wss = new WebSocketServer({ port });
  applyWSSHandler({ wss, router, createContext: () => ({}), keepAlive: { enabled: !is('heartbeat-lost'), pingMs: 300, pongWaitMs: 5000 } });
}

export async function suite(at, is) {
  const open = () => {
    class Browser extends WebSocket {
      constructor(url) { super(url, { headers: is('cookie-lost') ? {} : { Cookie: `session=${base36(20)}; theme=dark` } }); }
    }
    const client = createWSClient({ url: `ws://${at}/trpc` + (is('query-lost') ? '' : `?tenant=${slug()}`), WebSocket: Browser });
    const api = createTRPCClient({ links: [wsLink({ client })] });
    const c = { list: api.list, show: api.show, restart: api.restart, scale: api.scale, whoami: api.whoami };
    c.bye = async () => { if (is('close-code')) client.connection?.ws?.close(4002, 'bye'); await within(400, client.close()); await sleep(40); };
    c.quietly = p => within(700, p.catch(() => undefined));
    c.follow = name => within(2500, new Promise(resolve => {
      api[is('procedure-renamed') ? 'tail' : 'logs'].subscribe({ name }, { onComplete: resolve, onError: resolve });
    }));
    return c;
  };
  const a = open(), b = open();
  const tests = [
    async () => { await a.quietly(a.list.query({ page: 1 })); await a.quietly(a.show.query({ name: slug() })); },
    async () => { for (let i = 0; i < 4; i++) await b.quietly(b.list.query({ page: i })); },
    async () => { await a.quietly(a.restart.mutate({ name: slug(), reason: words(2, 4) })); await a.follow(slug()); },
    async () => { await b.follow(slug()); await b.quietly(b.scale.mutate({ name: slug(), to: int(1, 9) })); },
    async () => { await b.quietly(b.restart.mutate({ name: slug(), reason: words(2, 4) })); },
    async () => { await sleep(700); if (is('extra-call')) await a.quietly(a.whoami.query({})); await a.quietly(a.show.query({ name: slug() })); },
    async () => { await Promise.all([a.follow(slug()), a.quietly(a.list.query({ page: 9 }))]); },
    async () => { const c = open(); await c.quietly(c.list.query({ page: 1 })); await c.follow(slug()); await c.bye(); },
  ];
  for (const test of shuffled(tests)) await test();
  await a.bye(); await b.bye();
}
