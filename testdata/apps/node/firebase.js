'use strict';
// firebase.js: Firebase's client and firebase-server: values set, merged and listened to, one that is refused. What the client says of
// its requests is its own log.
const ACTIONS = { q: 'listen', n: 'unlisten', p: 'put', m: 'merge', g: 'get', s: 'stats' };
const PUSHES = { d: 'data', m: 'merge' };

// note tells a message of the protocol's data layer.
function note(app, verb, d) {
  if (d.a && d.r) app[verb]('request', ACTIONS[d.a]);
  else if (d.r) app[verb]('response');
  else if (d.a) app[verb]('push', PUSHES[d.a]);
}

exports.server = async (spec, app) => {
  const Module = require('module'), { _load } = Module; // it needs of firebase the database alone
  Module._load = (name, parent, ...rest) => {
    if (name !== 'firebase') return _load(name, parent, ...rest);
    const { default: firebase } = _load('firebase/app', parent);
    _load('firebase/database', parent);
    return firebase;
  };
  const FirebaseServer = require('firebase-server');
  const server = new FirebaseServer(spec.port, '127.0.0.1', { rooms: { a: { name: 'lobby' } }, secret: 1 });
  server.setRules({ rules: { '.read': true, rooms: { '.write': true }, secret: { '.write': false } } });
  server.wss.prependListener('connection', (ws) => {
    const { send } = ws;
    ws.send = function (text, ...rest) { const m = JSON.parse(text); if (m.t === 'd') note(app, 'sent', m.d); return send.call(this, text, ...rest); };
    ws.on('message', (text) => { const m = JSON.parse(text); if (m.t === 'd') note(app, 'received', m.d); });
  });
};

exports.client = async (spec, app, sleep) => {
  const { initializeApp } = require('firebase/app');
  const { getDatabase, ref, set, update, onValue, off, goOffline, enableLogging } = require('firebase/database');
  enableLogging((line) => {
    const said = /^p:0: (\{.*\}) ?$/.exec(line), heard = /^p:0: from server: (\{.*\}) ?$/.exec(line), push = /^p:0: handleServerMessage (\w+) /.exec(line);
    if (said) note(app, 'sent', JSON.parse(said[1]));
    if (heard) app.received('response');
    if (push) app.received('push', PUSHES[push[1]]);
  });
  const db = getDatabase(initializeApp({ databaseURL: spec.url.replace('ws', 'http') + '?ns=test' }));
  await app.time('listen', () => new Promise((done) => onValue(ref(db, 'rooms'), done)));
  for (let i = 0; i < 4; i++) await app.time('put', () => set(ref(db, `rooms/r${i}`), { name: `room ${i}`, text: 'grüße '.repeat(10 * i) }));
  await app.time('merge', () => update(ref(db, 'rooms/a'), { name: 'hall', open: true }));
  await app.time('put', () => set(ref(db, 'secret'), 2).catch(() => {}));
  off(ref(db, 'rooms'));
  await sleep(200);
  goOffline(db);
  await sleep(50);
};
