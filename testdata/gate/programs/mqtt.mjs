// Devices and a dashboard by MQTT.js and aedes, a topic a device.
import http from 'node:http';
import { WebSocketServer, createWebSocketStream } from 'ws';
import { Aedes } from 'aedes';
import mqtt from 'mqtt';
import { base36, hex, int, iso, letters, pick, sleep, within } from '../ids.mjs';

export const changes = {
  'puback-lost': [['message', 'count', 'unanswered'], 'PUBACK|puback|PUBLISH'], 'connack-refused': [['value', 'message', 'count', 'finding'], ''], 'suback-refused': [['value', 'message', 'finding'], ''],
  'topic-renamed': [['message', 'count'], 'temp|climate'], 'field-dropped': [['field'], 'unit'], 'type-changed': [['field'], 'value'], 'retained-lost': [['message', 'count'], 'status|PUBLISH'],
  'slower': [['latency'], ''], 'pingresp-lost': [['pings', 'heartbeat', 'message', 'count', 'unanswered', 'close'], ''], 'subprotocol-lost': [['subprotocol', 'finding'], ''],
  'new-message': [['message'], 'audit'], 'password-lost': [['field', 'value', 'size', 'message', 'finding'], 'CONNECT|credentials'],
};

export async function serve(port, is) {
  const broker = await Aedes.createBroker({
    concurrency: 100,
    authenticate: (client, user, password, done) => done(null, !is('connack-refused') || !String(user).startsWith('meter')),
    authorizeSubscribe: (client, sub, done) => done(null, is('suback-refused') && sub.topic.includes('cmd') ? null : sub),
    preConnect: (client, packet, done) => done(null, true),
  });
  broker.on('publish', packet => { if (is('new-message') && packet.topic.startsWith('site/') && !packet.topic.includes('audit')) broker.publish({ topic: packet.topic + '/audit', payload: JSON.stringify({ at: iso() }), qos: 0 }, () => {}); });
  const server = http.createServer();
  const ws = new WebSocketServer({ server, handleProtocols: p => (is('subprotocol-lost') ? false : [...p][0]) });
  ws.on('connection', (socket, request) => {
    const send = socket.send.bind(socket);
    socket.send = (data, options, done) => {
      const first = data[0] >> 4;
      if (is('puback-lost') && first === 4) return (done ?? options)?.();
      if (is('pingresp-lost') && first === 13) return (done ?? options)?.();
      if (is('slower') && first === 9) return setTimeout(() => send(data, options, done), 70);
      return send(data, options, done);
    };
    broker.handle(createWebSocketStream(socket), request);
  });
  await new Promise(resolve => server.listen(port, resolve));
}

export async function suite(at, is) {
  const connect = async (user, extra = {}) => {
    const c = mqtt.connect(`ws://${at}/mqtt`, { clientId: `${user}-${base36(7)}`, username: user, password: is('password-lost') ? undefined : base36(12), keepalive: 1, reschedulePings: false, reconnectPeriod: 0, protocolVersion: 4, ...extra });
    c.on('error', () => {});
    await within(1200, new Promise(resolve => { c.on('connect', resolve); c.on('close', resolve); }));
    c.tell = (topic, v, o = { qos: 1 }) => within(500, new Promise(resolve => c.publish(topic, JSON.stringify(v), o, resolve)));
    c.hear = (topic, qos = 1) => within(500, new Promise(resolve => c.subscribe(topic, { qos }, resolve)));
    c.bye = () => within(600, new Promise(resolve => c.end(false, {}, resolve)));
    return c;
  };
  const reading = () => { const r = { value: is('type-changed') ? String(int(0, 40)) : int(0, 4000) / 100, unit: 'C', at: iso() }; if (is('field-dropped')) delete r.unit; return r; };
  const temp = is('topic-renamed') ? 'climate' : 'temp';
  const tests = [
    async () => { const c = await connect('meter'); await c.tell(`site/${letters(6)}/${temp}`, reading()); await c.bye(); },
    async () => { const c = await connect('panel'); await c.hear(`site/+/cmd`); await c.bye(); },
    async () => {
      const site = base36(6), d = await connect('panel'), m = await connect('meter');
      await d.hear(`site/${site}/#`);
      for (let i = 0; i < 5; i++) await m.tell(`site/${site}/${temp}`, reading());
      await sleep(30); await m.bye(); await d.bye();
    },
    async () => {
      const site = hex(8), m = await connect('meter'); await m.hear(`site/${site}/cmd`, 1);
      const d = await connect('panel');
      await d.tell(`site/${site}/cmd`, { set: pick('on', 'off'), id: base36() }); await sleep(20);
      await m.tell(`site/${site}/status`, { state: 'ok', up: int(1, 999) }, { qos: 1, retain: true });
      if (!is('retained-lost')) await d.hear(`site/${site}/status`); else await d.hear(`site/${site}/statuses`);
      await sleep(20); await d.bye(); await m.bye();
    },
    async () => { const c = await connect('panel'); await sleep(2300); await c.bye(); },
    async () => { const c = await connect('meter'); for (let i = 0; i < 6; i++) await c.tell(`site/${letters(8)}/${temp}`, reading(), { qos: int(0, 1) }); await c.bye(); },
    async () => { const c = await connect('panel'); await c.hear(`site/${letters(5)}/#`); await c.hear(`alerts/${base36(5)}`, 0); await within(300, new Promise(r => c.unsubscribe('site/x', r))); await c.bye(); },
  ];
  for (const test of tests) await test();
}
