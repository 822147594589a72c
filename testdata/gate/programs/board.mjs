// Notices by Bayeux: faye's server and client, with its handshakes, connects and advice, all in lists of messages.
import http from 'node:http';
import faye from 'faye';
import { base36, int, iso, pick, shuffled, sleep, slug, uuid, within, words } from '../ids.mjs';

export const changes = {
  'ack-lost': [['unanswered', 'count', 'message'], 'publish|notices|answer|desk'], 'refused': [['value', 'message', 'field'], 'subscribe|successful|error'], 'field-dropped': [['field'], 'author'], 'type-changed': [['field'], 'votes'],
  'topic-renamed': [['message', 'value', 'role'], 'votes|tally'], 'slower': [['latency'], 'subscribe'], 'duplicate': [['repeated', 'count'], 'notices|votes|desk'], 'state-changed': [['value'], 'status'],
  'echo-lost': [['count', 'message', 'unanswered'], 'desk|notices|votes'], 'header-lost': [['request'], 'X-Desk'], 'advice-changed': [['value', 'field'], 'timeout|advice'], 'new-message': [['message', 'count'], 'audit'],
};

export async function serve(port, is) {
  const server = http.createServer();
  const bayeux = new faye.NodeAdapter({ mount: '/bayeux', timeout: is('advice-changed') ? 9 : 1 });
  const client = bayeux.getClient();
  bayeux.addExtension({
    async incoming(m, callback) {
      if (m.channel === '/meta/subscribe') {
        await sleep(is('slower') ? 90 : 4);
        if (is('refused') && String(m.subscription).startsWith('/desk')) m.error = '403:' + m.subscription + ':forbidden';
      }
      if (m.channel.startsWith('/desk/') && m.data.kind === 'question') {
        const answer = { kind: 'answer', to: m.data.ref, text: words(2, 6), status: is('state-changed') ? 'escalated' : pick('open', 'closed'), at: iso() };
        if (!is('echo-lost')) client.publish(m.channel, answer);
        if (is('duplicate')) client.publish(m.channel, answer);
        if (is('new-message')) client.publish(m.channel, { kind: 'audit', trace: uuid() });
      }
      callback(m);
    },
    outgoing(m, callback) {
      if (is('ack-lost') && m.successful && m.channel.startsWith('/desk/')) m.successful = undefined, m.id = undefined;
      callback(m);
    },
  });
  setInterval(() => {
    const n = { id: slug(), title: words(2, 5), author: { name: slug(), team: pick('blue', 'red') }, votes: is('type-changed') ? String(int(1, 99)) : int(1, 99) };
    if (is('field-dropped')) delete n.author;
    client.publish('/notices', n);
    client.publish(is('topic-renamed') ? '/tally' : '/votes', { notice: base36(8), up: int(1, 9), down: int(1, 9) });
  }, 120);
  bayeux.attach(server);
  await new Promise(resolve => server.listen(port, resolve));
}

export async function suite(at, is) {
  const open = () => {
    const c = new faye.Client(`http://${at}/bayeux`, { timeout: 5, retry: 1000 });
    c.setHeader('Origin', 'https://board.example.org');
    if (!is('header-lost')) c.setHeader('X-Desk', base36(10));
    for (const name of ['cross-origin-long-polling', 'callback-polling', 'eventsource', 'in-process']) c.disable(name);
    c.on = (channel, f = () => {}) => within(900, c.subscribe(channel, f).then(() => true, () => false));
    c.say = (channel, data) => within(900, c.publish(channel, data).then(() => true, () => false));
    c.bye = async () => { await within(300, c.disconnect()); await sleep(40); };
    return c;
  };
  const desk = () => `/desk/${base36(6)}`;
  const question = () => ({ kind: 'question', ref: uuid(), text: words(3, 8) });
  const tests = [
    async () => { const c = open(); await c.on('/notices'); await sleep(700); await c.bye(); },
    async () => { const c = open(), d = desk(); await c.on(d); for (let i = 0; i < 3; i++) { await c.say(d, question()); await sleep(30); } await c.bye(); },
    async () => { const c = open(); await c.on(is('topic-renamed') ? '/tally' : '/votes'); await c.on('/notices'); await sleep(500); await c.bye(); },
    async () => { const a = open(), b = open(), d = desk(); await a.on(d); await b.on(d); await a.say(d, question()); await sleep(30); await b.say(d, question()); await sleep(30); await a.bye(); await b.bye(); },
    async () => { const c = open(); await c.on(is('topic-renamed') ? '/tally' : '/votes'); await sleep(900); await c.bye(); },
    async () => { const c = open(), d = desk(); await c.on(d); await c.say(d, question()); await sleep(30); await c.bye(); },
  ];
  for (const test of shuffled(tests)) await test();
}
