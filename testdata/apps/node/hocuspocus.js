'use strict';
// hocuspocus.js: Hocuspocus' provider and server: a token, a document, a stateless message.
exports.server = async (spec) => {
  const { Server } = require('@hocuspocus/server');
  const server = new Server({ port: spec.port, address: '127.0.0.1', quiet: true, async onAuthenticate({ token }) { if (token !== 'open sesame please') throw new Error('no'); } });
  await server.listen();
};

exports.client = async (spec, app, sleep) => {
  const Y = require('yjs');
  const { HocuspocusProvider, HocuspocusProviderWebsocket } = require('@hocuspocus/provider');
  const socket = new HocuspocusProviderWebsocket({ url: spec.url, WebSocketPolyfill: require('ws') });
  const doc = new Y.Doc();
  const provider = new HocuspocusProvider({ websocketProvider: socket, name: 'paper', token: 'open sesame please', document: doc });
  provider.attach?.();
  await new Promise((done) => provider.on('synced', done));
  for (let i = 0; i < 8; i++) { doc.getText('t').insert(0, `line ${i}\n`); await sleep(5); }
  app.sent('stateless');
  provider.sendStateless('hello');
  await sleep(100);
  provider.destroy();
  socket.destroy();
  await sleep(50);
};
