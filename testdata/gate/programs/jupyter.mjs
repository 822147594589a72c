// Notebooks: kernels' channels, whose messages have a header, a parent's header and a channel.
import { WebSocketServer, WebSocket } from 'ws';
import { hex, int, iso, pick, shuffled, sleep, uuid, within, words } from '../ids.mjs';

export const changes = {
  'reply-lost': [['unanswered', 'count', 'message'], 'kernel_info|complete'], 'status-changed': [['value', 'message'], 'status|execut'], 'field-dropped': [['field'], 'execution_count'], 'type-changed': [['field'], 'execution_count'],
  'event-renamed': [['message'], 'stream'], 'order-broken': [['order'], 'idle|reply|status'], 'slower': [['latency'], 'complete|reply'], 'idle-lost': [['count', 'value', 'message'], 'status'], 'duplicate': [['repeated', 'count'], 'execute_result|stream'],
  'close-code': [['close'], ''], 'pings-lost': [['pings', 'heartbeat', 'message', 'count'], ''], 'token-lost': [['request', 'finding'], 'Authorization|credentials'], 'new-message': [['message'], 'display_data'], 'input-lost': [['message', 'count'], 'execute_input'],
};

export async function serve(port, is) {
  const ws = new WebSocketServer({ port });
  ws.on('connection', (socket, request) => {
    const session = uuid();
    const pings = is('pings-lost') ? null : setInterval(() => socket.ping(), 300);
    socket.on('close', () => clearInterval(pings));
    let n = 0;
    socket.on('message', async data => {
      const m = JSON.parse(data), type = m.header.msg_type;
      const say = (channel, msg_type, content) => {
        const text = JSON.stringify({ header: { msg_id: `${uuid()}_${n}`, msg_type, username: 'kernel', session, date: iso(), version: '5.3' }, parent_header: m.header, metadata: {}, content, buffers: [], channel });
        socket.send(text);
        if (is('duplicate') && msg_type === 'execute_result') socket.send(text);
      };
      say('iopub', 'status', { execution_state: 'busy' });
      if (type === 'kernel_info_request' && !is('reply-lost')) say('shell', 'kernel_info_reply', { status: 'ok', protocol_version: '5.3', implementation: 'demo', banner: words(2, 4) });
      if (type === 'complete_request') { await sleep(is('slower') ? 75 : 4); say('shell', 'complete_reply', { status: 'ok', matches: Array.from({ length: int(0, 4) }, () => words(1, 1)), cursor_start: int(0, 3), cursor_end: int(3, 9) }); }
      if (type === 'execute_request') {
        n++;
        if (!is('input-lost')) say('iopub', 'execute_input', { code: m.content.code, execution_count: n });
        for (let i = int(0, 3); i > 0; i--) say('iopub', is('event-renamed') ? 'output' : 'stream', { name: 'stdout', text: words(1, 20) });
        const result = { execution_count: is('type-changed') ? String(n) : n, data: { 'text/plain': String(int(0, 99)) }, metadata: {} };
        if (is('field-dropped')) delete result.execution_count;
        say('iopub', 'execute_result', result);
        if (is('new-message')) say('iopub', 'display_data', { data: { 'image/png': hex(40) } });
        const idle = () => { if (!is('idle-lost')) say('iopub', 'status', { execution_state: 'idle' }); };
        const reply = () => say('shell', 'execute_reply', { status: is('status-changed') ? 'aborted' : 'ok', execution_count: n, payload: [] });
        if (is('order-broken')) { idle(); reply(); return; }
        reply();
        idle();
        return;
      }
      if (!is('idle-lost')) say('iopub', 'status', { execution_state: 'idle' });
    });
  });
}

export async function suite(at, is) {
  const open = async () => {
    const session = hex(32);
    const s = new WebSocket(`ws://${at}/api/kernels/${uuid()}/channels?session_id=${session}`, { headers: { Origin: 'http://lab.example.org', ...(is('token-lost') ? {} : { Authorization: 'token ' + hex(40) }) } });
    const waits = new Map();
    s.on('message', d => { const m = JSON.parse(d); if (m.channel === 'shell') waits.get(m.parent_header.msg_id)?.(); });
    await new Promise(r => s.on('open', r));
    s.ask = (msg_type, content) => within(700, new Promise(resolve => {
      const msg_id = uuid();
      waits.set(msg_id, resolve);
      s.send(JSON.stringify({ header: { msg_id, msg_type, username: pick('ann', 'bob'), session, date: iso(), version: '5.3' }, parent_header: {}, metadata: {}, content, buffers: [], channel: 'shell' }));
    }));
    s.bye = async () => { await sleep(8); s.close(is('close-code') ? 1011 === 0 ? 1 : 4400 : 1000); await within(400, new Promise(r => s.on('close', r))); };
    await s.ask('kernel_info_request', {});
    return s;
  };
  const run = s => s.ask('execute_request', { code: words(1, 8), silent: false, store_history: true, allow_stdin: false });
  const complete = s => s.ask('complete_request', { code: words(1, 1), cursor_pos: int(1, 8) });
  const tests = [
    async () => { const s = await open(); await s.bye(); },
    async () => { const s = await open(); await run(s); await s.bye(); },
    async () => { const s = await open(); for (let i = 0; i < 5; i++) await run(s); await s.bye(); },
    async () => { const s = await open(); await complete(s); await complete(s); await complete(s); await run(s); await s.bye(); },
    async () => { const s = await open(); await sleep(900); await run(s); await s.bye(); },
    async () => { const s = await open(); await Promise.all([run(s), complete(s)]); await s.bye(); },
  ];
  for (const t of shuffled(tests)) await t();
}
