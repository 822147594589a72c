'use strict';
// wampy.js: WAMP in CBOR by wampy against the small router of wamp.js.
const WebSocket = require('ws');
const { NAMES, server } = require('./wamp');

exports.server = server;

exports.client = async (spec, app, sleep) => {
  const { Wampy } = await import('wampy');
  const { CborSerializer } = await import('wampy/CborSerializer.js');
  const serializer = new CborSerializer();
  const kind = async (data) => NAMES[(await serializer.decode(data))[0]];
  class Socket extends WebSocket {
    constructor(url, protocols) {
      super(url, protocols, { perMessageDeflate: false });
      this.on('message', async (data) => app.received(await kind(data)));
    }

    send(data, ...rest) { kind(data).then((k) => app.sent(k)); return super.send(data, ...rest); }
  }
  const wampy = new Wampy(spec.url, { realm: 'realm1', serializer, ws: Socket, autoReconnect: false });
  await wampy.connect();
  await app.time('REGISTER', () => wampy.register('com.example.add', ({ argsList }) => ({ argsList: [argsList[0] + argsList[1]] })));
  await app.time('SUBSCRIBE', () => wampy.subscribe('com.example.news', () => {}));
  for (let i = 0; i < 3; i++) await app.time('com.example.add', () => wampy.call('com.example.add', [i, 1]));
  await wampy.call('com.example.missing').catch(() => {});
  await app.time('PUBLISH', () => wampy.publish('com.example.news', ['hello'], { exclude_me: false }));
  await sleep(50);
  await wampy.disconnect();
  await sleep(100);
};
