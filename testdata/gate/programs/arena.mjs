// Matches on SocketCluster: its own server and client, with acknowledged calls, channels and its pings in messages.
import http from 'node:http';
import scServer from 'socketcluster-server';
import scClient from 'socketcluster-client';
import { base62, email, int, nanoid, pick, shuffled, sleep, uuid, within, words } from '../ids.mjs';

export const changes = {
  'reply-lost': [['unanswered', 'count', 'message'], 'enter|answer'], 'error-reply': [['message', 'value', 'field'], 'error'], 'field-dropped': [['field'], 'elo'],
  'type-changed': [['field'], 'round'], 'event-renamed': [['message'], 'score'], 'order-broken': [['order'], 'roster|rules'], 'slower': [['latency'], 'ranking'],
  'duplicate': [['repeated', 'count'], 'score|publish|match'], 'state-changed': [['value'], 'phase'], 'query-lost': [['request'], 'build'], 'new-message': [['message'], 'notice'],
  'kicked': [['close', 'message', 'count'], ''], 'heartbeat-lost': [['heartbeat', 'pings', 'message', 'count'], ''],
};

export async function serve(port, is) {
  const server = http.createServer();
  const agServer = scServer.attach(server, { pingInterval: is('heartbeat-lost') ? 1e6 : 350, pingTimeout: 3e6, pingTimeoutDisabled: true, path: '/arena/' });
  (async () => {
    for await (const { socket } of agServer.listener('connection')) {
      const handle = (name, f) => (async () => { for await (const request of socket.procedure(name)) f(request); })();
      handle('enter', r => {
        const match = r.data.match;
        const roster = () => socket.transmit('roster', { match, players: Array.from({ length: int(2, 5) }, () => ({ id: nanoid(), elo: int(800, 2400) })).map(p => { if (is('field-dropped')) delete p.elo; return p; }) });
        const rules = () => socket.transmit('rules', { match, map: pick('delta', 'quarry'), friendly: pick(true, false) });
        if (is('order-broken')) { rules(); roster(); } else { roster(); rules(); }
        if (is('new-message')) socket.transmit('notice', { match, text: words(2, 5) });
        if (is('error-reply')) { const e = new Error('the match is full'); e.name = 'MatchFullError'; r.error(e); } else if (!is('reply-lost')) r.end({ seat: int(1, 8), ticket: uuid() });
      });
      handle('ranking', async r => { await sleep(is('slower') ? 100 : 5); r.end(Array.from({ length: int(0, 5) }, () => ({ who: email(), points: int(1, 9999) }))); });
      handle('play', r => {
        const round = int(1, 99);
        const m = { match: r.data.match, phase: is('state-changed') ? 'overtime' : pick('running', 'paused'), points: int(1, 9999), round: is('type-changed') ? `#${round}` : round };
        const event = is('event-renamed') ? 'points' : 'score';
        socket.transmit(event, m);
        if (is('duplicate')) socket.transmit(event, m);
        r.end({ ok: true });
        if (is('kicked') && round > 40) setTimeout(() => socket.disconnect(4444, 'kicked'), 5);
      });
    }
  })();
  await new Promise(resolve => server.listen(port, resolve));
}

export async function suite(at, is) {
  const [hostname, port] = at.split(':');
  const open = async () => {
    const s = scClient.create({ hostname, port: Number(port), path: '/arena/', autoReconnect: false, ackTimeout: 700, query: is('query-lost') ? {} : { build: `${int(1, 9)}.${int(0, 20)}` } });
    await s.listener('connect').once();
    s.ask = (name, data) => within(1500, s.invoke(name, data).catch(() => undefined));
    s.bye = async () => { s.disconnect(1000, 'done'); await sleep(30); };
    return s;
  };
  const match = () => `m-${base62(7)}`;
  const tests = [
    async () => { const s = await open(); await s.ask('enter', { match: match(), as: email() }); await s.bye(); },
    async () => { const s = await open(), m = match(); await s.ask('enter', { match: m, as: email() }); for (let i = 0; i < 5; i++) { await s.ask('play', { match: m, card: pick('ace', 'king'), n: int(1, 9) }); await sleep(int(10, 90)); } await s.bye(); },
    async () => { const s = await open(); for (let i = 0; i < 3; i++) await s.ask('ranking', { top: int(1, 50) }); await s.bye(); },
    async () => { const a = await open(), b = await open(), m = match(); await a.ask('enter', { match: m, as: email() }); await b.ask('enter', { match: m, as: email() }); await a.ask('play', { match: m, card: 'ace', n: 1 }); await b.ask('play', { match: m, card: 'king', n: 2 }); await a.bye(); await b.bye(); },
    async () => { const s = await open(); await sleep(1200); await s.bye(); },
    async () => { const s = await open(), room = `lobby/${base62(5)}`; const c = s.subscribe(room); await within(700, c.listener('subscribe').once()); await within(700, c.invokePublish({ text: words(2, 6) }).catch(() => undefined)); await sleep(20); await s.bye(); },
    async () => { const s = await open(); await s.ask('ranking', { top: 3 }); await s.ask('enter', { match: match(), as: email() }); await s.ask('ranking', { top: 10 }); await s.bye(); },
  ];
  for (const test of shuffled(tests)) await test();
}
