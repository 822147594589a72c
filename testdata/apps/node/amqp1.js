'use strict';
// amqp1.js: AMQP 1.0 between two containers of rhea: SASL, links, transfers, heartbeats.
const WebSocket = require('ws');

exports.server = async (spec, app) => {
  const container = require('rhea').create_container({ id: 'the-server' });
  container.sasl_server_mechanisms.enable_anonymous();
  container.on('message', (context) => {
    app.received('transfer');
    if (context.message.body === 'reject me') context.delivery.reject({ condition: 'amqp:not-allowed' });
    else context.delivery.accept();
  });
  const wss = new WebSocket.WebSocketServer({ port: spec.port, host: '127.0.0.1', perMessageDeflate: false, handleProtocols: () => 'amqp' });
  wss.on('connection', (ws) => {
    ws.close = () => {}; // both ends of the library would close at once: let the client
    container.websocket_accept(ws, { idle_time_out: 400 });
  });
  container.on('receiver_open', (context) => { context.receiver.autoaccept = false; context.receiver.set_credit_window(10); });
  app.session('the-client');
  await new Promise((done) => wss.on('listening', done));
};

exports.client = async (spec, app, sleep) => {
  const container = require('rhea').create_container({ id: 'the-client' });
  const connect = container.websocket_connect(class extends WebSocket { constructor(url, protocols) { super(url, protocols, { perMessageDeflate: false }); } });
  const connection = container.connect({
    connection_details: connect(spec.url, ['amqp']), username: 'anonymous', reconnect: false, idle_time_out: 400,
  });
  const sender = connection.open_sender('queue/orders');
  await new Promise((done) => container.once('sendable', done));
  for (const body of ['first', 'second', 'reject me']) {
    app.sent('transfer');
    const settled = new Promise((done) => container.once('settled', done));
    sender.send({ body });
    await settled;
  }
  await sleep(700);
  const closed = new Promise((done) => container.once('connection_close', done));
  connection.close();
  await closed;
  await sleep(50);
};

exports.beat = (data) => (data.toString('hex') === '0000000802000000' ? 'ping' : undefined);
