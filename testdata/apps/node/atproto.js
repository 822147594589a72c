'use strict';
// atproto.js: @atproto/xrpc-server, both its streams and its subscriptions: the firehose of commits, identities, and an error.
const LEXICONS = [{
  lexicon: 1, id: 'com.atproto.sync.subscribeRepos',
  defs: {
    main: {
      type: 'subscription', parameters: { type: 'params', properties: { cursor: { type: 'integer' } } },
      message: { schema: { type: 'union', refs: ['#commit', '#identity'] } },
    },
    commit: { type: 'object', required: ['seq', 'repo'], properties: { seq: { type: 'integer' }, repo: { type: 'string' }, blocks: { type: 'bytes' } } },
    identity: { type: 'object', required: ['seq', 'did'], properties: { seq: { type: 'integer' }, did: { type: 'string' } } },
  },
}];
const N = 'com.atproto.sync.subscribeRepos';

exports.server = async (spec, app, sleep) => {
  const { createServer, InvalidRequestError } = require('@atproto/xrpc-server');
  const server = createServer(LEXICONS);
  server.streamMethod(N, async function* ({ params }) {
    if (params.cursor > 1000) { await sleep(30); app.sent('error', 'FutureCursor'); throw new InvalidRequestError('Cursor in the future.', 'FutureCursor'); }
    for (let seq = 1; seq <= 12; seq++) {
      const kind = seq % 4 ? '#commit' : '#identity';
      app.sent('event', kind);
      yield kind === '#commit' ? { $type: N + kind, seq, repo: `did:plc:r${seq % 3}`, blocks: new Uint8Array(40 * seq) } : { $type: N + kind, seq, did: `did:plc:r${seq % 3}` };
      await sleep(10);
    }
  });
  const web = require(require.resolve('express', { paths: [require.resolve('@atproto/xrpc-server')] }))();
  web.use(server.router); // which then listens for streams, too
  await new Promise((done) => web.listen(spec.port, '127.0.0.1', done));
};

exports.client = async (spec, app) => {
  const { Subscription } = require('@atproto/xrpc-server');
  const follow = async (cursor) => {
    const sub = new Subscription({ service: spec.url, method: N, getParams: () => ({ cursor }), validate: (v) => v });
    try {
      for await (const m of sub) { app.received('event', m.$type.replace(N, '')); if (m.seq === 12) break; }
    } catch (e) { if (e.error ?? e.customErrorName) app.received('error', e.error ?? e.customErrorName); }
  };
  await follow(0);
  await follow(5000);
};
