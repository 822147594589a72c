'use strict';
// amqp091.js: @cloudamqp/amqp-client over WebSocket, a relay, and RabbitMQ behind it (spec.broker is its port).
const net = require('net');
const WebSocket = require('ws');

const METHODS = {
  '10.10': 'connection.start', '10.11': 'connection.start-ok', '10.30': 'connection.tune', '10.31': 'connection.tune-ok',
  '10.40': 'connection.open', '10.41': 'connection.open-ok', '10.50': 'connection.close', '10.51': 'connection.close-ok',
  '20.10': 'channel.open', '20.11': 'channel.open-ok', '20.40': 'channel.close', '20.41': 'channel.close-ok',
  '40.10': 'exchange.declare', '40.11': 'exchange.declare-ok', '40.30': 'exchange.bind', '40.31': 'exchange.bind-ok',
  '40.40': 'exchange.unbind', '40.51': 'exchange.unbind-ok',
  '50.10': 'queue.declare', '50.11': 'queue.declare-ok', '50.20': 'queue.bind', '50.21': 'queue.bind-ok', '50.40': 'queue.delete', '50.41': 'queue.delete-ok',
  '60.20': 'basic.consume', '60.21': 'basic.consume-ok', '60.30': 'basic.cancel', '60.31': 'basic.cancel-ok', '60.40': 'basic.publish',
  '60.60': 'basic.deliver', '60.70': 'basic.get', '60.71': 'basic.get-ok', '60.72': 'basic.get-empty', '60.80': 'basic.ack',
  '85.10': 'confirm.select', '85.11': 'confirm.select-ok',
};
const KINDS = { 2: 'content header', 3: 'content body', 8: 'heartbeat' };

// reader calls tell for each frame of a stream that comes in parts.
function reader(tell) {
  let held = Buffer.alloc(0);
  return (data) => {
    held = Buffer.concat([held, Buffer.from(data)]);
    while (held.length >= 8) {
      if (held[0] === 65) { tell('protocol header'); held = held.subarray(8); continue; }
      const whole = 8 + held.readUInt32BE(3);
      if (held.length < whole) return;
      if (held[0] === 1) tell('method', METHODS[`${held.readUInt16BE(7)}.${held.readUInt16BE(9)}`]);
      else tell(KINDS[held[0]]);
      held = held.subarray(whole);
    }
  };
}

exports.server = async (spec, app) => {
  const wss = new WebSocket.WebSocketServer({ port: spec.port, host: '127.0.0.1', perMessageDeflate: false, handleProtocols: (p) => [...p][0] });
  wss.on('connection', (ws) => {
    const broker = net.connect(spec.broker, '127.0.0.1');
    const [up, down] = [reader(app.received), reader(app.sent)];
    ws.on('message', (data) => { up(data); broker.write(data); });
    broker.on('data', (data) => { down(data); if (ws.readyState === 1) ws.send(data); });
    ws.on('close', () => broker.destroy());
  });
  await new Promise((done) => wss.on('listening', done));
};

exports.client = async (spec, app, sleep) => {
  const { AMQPWebSocketClient } = require('@cloudamqp/amqp-client');
  globalThis.WebSocket = class extends WebSocket {
    constructor(url, protocols) {
      super(url, protocols, { perMessageDeflate: false });
      this.up = reader(app.sent);
      this.on('message', reader(app.received));
    }

    send(data, ...rest) { this.up(data); return super.send(data, ...rest); }
  };
  const client = new AMQPWebSocketClient({ url: spec.url, vhost: '/', username: 'guest', password: 'guest' });
  await client.connect();
  const channel = await app.time('channel.open', () => client.channel());
  const { name } = await app.time('queue.declare', () => channel.queueDeclare('wscope', { durable: false, autoDelete: true }));
  await channel.exchangeDeclare('news', 'topic', { durable: false, autoDelete: true });
  await channel.queueBind(name, 'news', 'weather.#');
  await channel.exchangeBind('amq.topic', 'news', 'all');
  await channel.exchangeUnbind('amq.topic', 'news', 'all');
  await channel.confirmSelect();
  const got = [];
  let full;
  const three = new Promise((done) => { full = done; });
  const consumer = await channel.basicConsume(name, { noAck: false }, (m) => { m.ack(); if (got.push(m.bodyString()) === 3) full(); });
  for (const text of ['sunny', 'grüner Regen', 'x'.repeat(5000)]) await channel.basicPublish('news', 'weather.here', text);
  await three;
  await app.time('basic.cancel', () => channel.basicCancel(consumer.tag));
  const more = await client.channel();
  await more.queueDeclare('missing', { passive: true }).catch(() => {}); // RabbitMQ closes the channel
  await sleep(100);
  await app.time('connection.close', () => client.close());
  await sleep(100);
};
