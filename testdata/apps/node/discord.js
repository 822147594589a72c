'use strict';
// discord.js: @discordjs/ws and a small gateway: hello, identify, READY, events, heartbeats, a session that is resumed.
const OPS = { 0: 'dispatch', 1: 'heartbeat', 2: 'identify', 3: 'presence update', 6: 'resume', 7: 'reconnect', 8: 'request guild members', 10: 'hello', 11: 'heartbeat ack' };

exports.server = async (spec, app) => {
  const { WebSocketServer } = require('ws');
  const wss = new WebSocketServer({ port: spec.port, host: '127.0.0.1', perMessageDeflate: false });
  let seq = 0;
  app.session('session-1');
  wss.on('connection', (ws) => {
    const say = (op, d, t = null) => { app.sent(OPS[op], t ?? ''); ws.send(JSON.stringify({ t, s: op === 0 ? ++seq : null, op, d })); };
    ws.on('message', (b) => {
      const m = JSON.parse(b);
      app.received(OPS[m.op]);
      if (m.op === 1) say(11, null);
      if (m.op === 8) say(0, { guild_id: m.d.guild_id, members: [], chunk_index: 0, chunk_count: 1, nonce: m.d.nonce }, 'GUILD_MEMBERS_CHUNK');
      if (m.op === 6) { say(0, { content: 'missed' }, 'MESSAGE_CREATE'); say(0, {}, 'RESUMED'); }
      if (m.op !== 2) return;
      say(0, { v: 10, user: { id: '1', username: 'bot' }, session_id: 'session-1', resume_gateway_url: spec.url, guilds: [] }, 'READY');
      for (let i = 0; i < 4; i++) say(0, { id: String(i), channel_id: '7', content: `message ${i}` }, 'MESSAGE_CREATE');
      setTimeout(() => say(7, null), 1200); // to be resumed elsewhere
    });
    say(10, { heartbeat_interval: 250 });
  });
  await new Promise((done) => wss.on('listening', done));
};

exports.client = async (spec, app, sleep) => {
  const { WebSocketManager, WebSocketShardEvents } = require('@discordjs/ws');
  const ws = require('ws');
  const { send } = ws.prototype;
  ws.prototype.send = function (data, ...rest) { app.sent(OPS[JSON.parse(data).op]); return send.call(this, data, ...rest); };
  const { emit } = ws.prototype;
  ws.prototype.emit = function (event, data, ...rest) {
    if (event === 'message') { const m = JSON.parse(data); app.received(OPS[m.op], m.t ?? ''); }
    return emit.call(this, event, data, ...rest);
  };
  const rest = { get: async () => ({ url: spec.url, shards: 1, session_start_limit: { total: 1000, remaining: 999, reset_after: 1e6, max_concurrency: 1 } }) };
  const manager = new WebSocketManager({ token: 'a-token-of-a-bot', intents: 1, rest, version: '10' });
  const ready = new Promise((done) => manager.on(WebSocketShardEvents.Ready, done));
  manager.on(WebSocketShardEvents.HeartbeatComplete, (e) => app.beat((e.data ?? e).latency + 1)); // it knows whole milliseconds
  manager.on(WebSocketShardEvents.Error, (e) => console.error(e));
  await manager.connect();
  await ready;
  await sleep(100);
  await manager.send(0, { op: 8, d: { guild_id: '9', query: '', limit: 0, nonce: 'n1' } });
  await manager.send(0, { op: 3, d: { since: null, activities: [], status: 'online', afk: false } });
  await sleep(2200);
  await manager.destroy();
  await sleep(50);
};
