'use strict';
// mqtt.js: MQTT 3.1.1 or 5 between mqtt.js and aedes (which speaks 3.1.1) or mqtt-packet alone (5).
const { once } = require('events');

exports.server = async (spec, app) => {
  const { WebSocketServer, createWebSocketStream } = require('ws');
  const server = require('http').createServer();
  const wss = new WebSocketServer({ server, perMessageDeflate: false, handleProtocols: () => 'mqtt' });
  const broker = spec.version === 5 ? broker5(app) : new (require('aedes'))();
  if (spec.version !== 5) {
    for (const type of ['client', 'clientError']) broker.on(type, (c) => c.conn.journaled || (c.conn.journaled = true));
    broker.authenticate = (client, user, password, done) => (user === 'mallory' ? done(Object.assign(new Error('no'), { returnCode: 4 })) : done(null, true));
  }
  wss.on('connection', (ws) => {
    // Packets are cut and joined as they come: a message need not hold whole ones.
    const stream = createWebSocketStream(ws, { writableObjectMode: false });
    stream.on('error', () => {});
    watch(stream, app);
    broker.handle(stream);
  });
  await new Promise((done) => server.listen(spec.port, '127.0.0.1', done));
};

// watch says the control packets that go through a stream, by the packet library's own parser.
function watch(stream, app) {
  const packet = require('mqtt-packet');
  let version = 4;
  const parser = (say) => {
    const aliases = {};
    const p = packet.parser({ protocolVersion: 4 });
    p.on('packet', (x) => {
      if (x.cmd === 'connect') { version = x.protocolVersion; for (const q of parsers) q.settings = { protocolVersion: version }; }
      const alias = x.properties?.topicAlias;
      if (alias && x.topic) aliases[alias] = x.topic;
      say(x.cmd, x.topic || aliases[alias] || x.subscriptions?.[0].topic || x.unsubscriptions?.[0] || '');
    });
    p.on('error', () => {});
    return p;
  };
  const parsers = [parser(app.received), parser(app.sent)];
  stream.on('data', (b) => parsers[0].parse(b));
  const { write } = stream;
  stream.write = (b, ...rest) => { parsers[1].parse(typeof b === 'string' ? Buffer.from(b) : b); return write.call(stream, b, ...rest); };
}

// broker5 answers MQTT 5 as a broker of one client would.
function broker5() {
  const packet = require('mqtt-packet');
  return { handle(stream) {
    const p = packet.parser({ protocolVersion: 5 });
    const say = (x) => stream.write(packet.generate(x, { protocolVersion: 5 }));
    const aliases = {};
    stream.on('data', (b) => p.parse(b));
    p.on('packet', (x) => {
      switch (x.cmd) {
        case 'connect': return say({ cmd: 'connack', reasonCode: x.username === 'mallory' ? 0x86 : 0, sessionPresent: false, properties: { topicAliasMaximum: 8 } });
        case 'subscribe': return say({ cmd: 'suback', messageId: x.messageId, granted: x.subscriptions.map((s) => (s.topic.startsWith('$') ? 0x87 : s.qos)) });
        case 'unsubscribe': return say({ cmd: 'unsuback', messageId: x.messageId, granted: [0] });
        case 'pingreq': return say({ cmd: 'pingresp' });
        case 'pubrel': return say({ cmd: 'pubcomp', messageId: x.messageId, reasonCode: 0 });
        case 'publish':
          if (x.properties?.topicAlias && x.topic) aliases[x.properties.topicAlias] = x.topic;
          say({ cmd: 'publish', topic: x.topic || aliases[x.properties.topicAlias], payload: x.payload, qos: 0 });
          if (x.qos === 1) say({ cmd: 'puback', messageId: x.messageId, reasonCode: x.topic === 'full' ? 0x97 : 0 });
          if (x.qos === 2) say({ cmd: 'pubrec', messageId: x.messageId, reasonCode: 0 });
      }
    });
  } };
}

exports.client = async (spec, app, sleep) => {
  const mqtt = require('mqtt');
  const connect = (more) => {
    const c = mqtt.connect(spec.url, {
      protocolVersion: spec.version, keepalive: 60, reconnectPeriod: 0, clientId: 'wscope-client', reschedulePings: false,
      ...(spec.version === 5 ? { topicAliasMaximum: 8 } : {}), ...more,
    });
    app.sent('connect'); // the library tells of packets that it sends once it is connected
    const topic = (x) => x.topic || aliases[x.properties?.topicAlias] || x.subscriptions?.[0].topic || x.unsubscriptions?.[0] || '';
    const aliases = {};
    const note = (say) => (x) => {
      if (x.cmd === 'connect') return;
      if (x.properties?.topicAlias && x.topic) aliases[x.properties.topicAlias] = x.topic; say(x.cmd, topic(x)); };
    c.on('packetsend', note(app.sent));
    c.on('packetreceive', note(app.received));
    c.on('error', () => {});
    return c;
  };
  const bad = connect({ username: 'mallory', password: 'x' });
  await new Promise((done) => bad.once('close', done));
  const c = connect();
  await once(c, 'connect');
  app.session('wscope-client');
  await app.time('subscribe', () => c.subscribeAsync({ 'room/#': { qos: 0 } }));
  await app.time('publish QoS 1', () => c.publishAsync('room/a', 'hello', { qos: 1 }));
  await app.time('publish QoS 1', () => c.publishAsync('room/b', 'grüße', { qos: 1, retain: true }));
  await app.time('publish QoS 2', () => c.publishAsync('room/a', Buffer.from([0, 1, 2, 255]), { qos: 2 }));
  await c.publishAsync('room/a', 'x'.repeat(5000), { qos: 0 });
  if (spec.version === 5) {
    await c.publishAsync('room/alias', 'one', { qos: 0, properties: { topicAlias: 3 } });
    await c.publishAsync('', 'two', { qos: 0, properties: { topicAlias: 3 } });
    await c.publishAsync('full', 'quota', { qos: 1 }).catch(() => {});
    await c.subscribeAsync('$secret/#').catch(() => {});
  }
  for (let i = 0; i < 3; i++) {
    const start = performance.now();
    const back = new Promise((done) => c.on('packetreceive', (x) => x.cmd === 'pingresp' && done()));
    c.sendPing();
    await back;
    app.beat(performance.now() - start);
    await sleep(100);
  }
  await c.unsubscribeAsync('room/#');
  await c.endAsync();
};

exports.beat = (data) => ({ c000: 'ping', d000: 'pong' }[data.toString('hex')]);
