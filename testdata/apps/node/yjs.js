'use strict';
// yjs.js: y-websocket on both sides: two documents kept in step, with awareness.
exports.server = async (spec) => {
  const { WebSocketServer } = require('ws');
  const { setupWSConnection } = require('y-websocket/bin/utils');
  const wss = new WebSocketServer({ port: spec.port, host: '127.0.0.1', perMessageDeflate: false });
  wss.on('connection', setupWSConnection);
  await new Promise((done) => wss.on('listening', done));
};

exports.client = async (spec, app, sleep) => {
  const Y = require('yjs');
  const { WebsocketProvider } = require('y-websocket');
  const doc = new Y.Doc();
  const provider = new WebsocketProvider(spec.url, 'room', doc, { WebSocketPolyfill: require('ws'), disableBc: true });
  await app.time('sync', () => new Promise((done) => provider.once('sync', done)));
  provider.awareness.setLocalStateField('user', { name: 'alice', colour: 'blue' });
  for (let i = 0; i < 12; i++) { doc.getText('t').insert(0, `line ${i}\n`); await sleep(5); }
  await sleep(50);
  provider.destroy();
  await sleep(50);
};
