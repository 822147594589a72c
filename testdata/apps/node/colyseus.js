'use strict';
// colyseus.js: Colyseus 0.15 on both sides: a room with a state, messages by name and number.
exports.server = async (spec, app) => {
  const { Server, Room } = require('@colyseus/core');
  const { WebSocketTransport } = require('@colyseus/ws-transport');
  class Lobby extends Room {
    onCreate() { this.onMessage('*', (client, type, m) => { app.received('room data', String(type)); app.sent('room data', 'echo'); client.send('echo', m); }); }
  }
  const server = new Server({ transport: new WebSocketTransport({ server: require('http').createServer() }), greet: false });
  server.define('lobby', Lobby);
  await server.listen(spec.port, '127.0.0.1');
};

exports.client = async (spec, app, sleep) => {
  globalThis.WebSocket = require('ws');
  const { Client } = require('colyseus.js');
  const room = await new Client(spec.url).joinOrCreate('lobby');
  app.session(room.sessionId);
  room.onMessage('echo', () => app.received('room data', 'echo'));
  for (const [type, m] of [['move', { x: 1 }], ['move', { x: 2 }], [7, { y: 1 }], ['say', 'hello']]) { app.sent('room data', String(type)); room.send(type, m); await sleep(20); }
  await sleep(100);
  await room.leave();
  await sleep(50);
};
