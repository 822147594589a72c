'use strict';
// run.js server|client SPEC: one endpoint of the subprotocol that SPEC names, by its own library.
const hook = require('./hook');
const { setTimeout: sleep } = require('timers/promises');

const [role, text] = process.argv.slice(2);
const spec = JSON.parse(text);
// Where a server's library brings no ws, or none that can be watched, its client's word stands for both.
const mirrored = role === 'server' && spec.mirror;
if (mirrored) require('fs').writeFileSync(spec.log, '');
const journal = hook.begin(mirrored ? '/dev/null' : spec.log, role);

// What an endpoint says of the subprotocol: what it sent and received by kind and name, and how long answers took it.
const app = {
  sent: (kind, name = '') => journal.write({ ev: 'said', kind, name }),
  received: (kind, name = '') => journal.write({ ev: 'heard', kind, name }),
  answered: (op, ms) => journal.write({ ev: 'answered', op, ms }),
  beat: (ms) => journal.write({ ev: 'beat', ms }),
  // time returns what p resolves to, and says how long that took.
  async time(op, p) {
    const start = performance.now();
    const v = await p();
    app.answered(op, performance.now() - start);
    return v;
  },
  decoded: (message) => journal.write({ ev: 'decoded', message }),
  session: (id) => journal.write({ ev: 'session', id }),
};

(async () => {
  const peer = require(`./${spec.app}`);
  if (peer.beat) hook.beats((data, type) => peer.beat(data, type, spec));
  await peer[role]({ ...spec, url: `ws://127.0.0.1:${spec.port}` }, app, sleep);
  if (role === 'server') console.log('ready');
  else {
    await sleep(100);
    process.exit(0);
  }
})().catch((e) => { console.error(e); process.exit(1); });
