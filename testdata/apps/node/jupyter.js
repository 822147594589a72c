'use strict';
// jupyter.js: JupyterLab's client, and either Debian's notebook server with a Python kernel, or a small server of the newer binary form
// that uses the library's own serialization: cells run, one that fails, completion, input that the kernel asks for.
const V1 = 'v1.kernel.websocket.jupyter.org';
const tell = (app, verb) => (m) => app[verb](m.channel, m.header.msg_type);
const bytes = (d) => (typeof d === 'string' ? d : d.buffer.slice(d.byteOffset, d.byteOffset + d.byteLength));

exports.server = async (spec, app, sleep) => {
  if (!spec.packed) {
    const { spawn } = require('child_process');
    const p = spawn('setpriv', ['--pdeathsig', 'KILL', '/usr/bin/python3', '-m', 'notebook', '--no-browser', '--allow-root', '--ip=127.0.0.1', `--port=${spec.port}`, '--port-retries=0', '--NotebookApp.token=', '--NotebookApp.password=',
      '--NotebookApp.disable_check_xsrf=True'], { cwd: require('path').dirname(spec.log), env: { ...process.env, HOME: require('path').dirname(spec.log) } });
    let text = '';
    await new Promise((done, bad) => { p.stderr.on('data', (b) => { text += b; if (/is running at/.test(text)) done(); }); p.on('exit', () => bad(new Error(text))); });
    return;
  }
  const { serialize, deserialize } = require('@jupyterlab/services/lib/kernel/serialize');
  const { WebSocketServer } = require('ws');
  const kernel = { id: 'k1', name: 'python3', last_activity: '2026-01-01T00:00:00Z', execution_state: 'idle', connections: 0 };
  const server = require('http').createServer((req, res) => {
    res.setHeader('content-type', 'application/json');
    res.statusCode = req.method === 'POST' ? 201 : req.method === 'DELETE' ? 204 : 200;
    res.end(req.method === 'DELETE' ? '' : JSON.stringify(req.method === 'GET' && req.url.split('?')[0].endsWith('/kernels') ? [kernel] : kernel));
  });
  const wss = new WebSocketServer({ server, perMessageDeflate: false, handleProtocols: (p) => (p.has(V1) ? V1 : false) });
  wss.on('connection', (ws) => {
    let n = 0;
    const say = (parent, channel, msg_type, content, buffers) => {
      app.sent(channel, msg_type);
      ws.send(serialize({ channel, header: { msg_id: `s-${++n}`, msg_type, session: 'kernel', username: 'k', version: '5.3', date: '2026-01-01T00:00:00Z' }, parent_header: parent, metadata: {}, content, buffers }, V1));
    };
    ws.on('message', async (data) => {
      const m = deserialize(bytes(data), V1), h = m.header;
      app.received(m.channel, h.msg_type);
      say(h, 'iopub', 'status', { execution_state: 'busy' });
      if (h.msg_type === 'kernel_info_request') say(h, 'shell', 'kernel_info_reply', { status: 'ok', protocol_version: '5.3', implementation: 'stub', language_info: { name: 'python' }, banner: '', help_links: [] });
      if (h.msg_type === 'execute_request') {
        say(h, 'iopub', 'execute_input', { code: m.content.code, execution_count: 1 });
        await sleep(20);
        if (/1\/0/.test(m.content.code)) say(h, 'shell', 'execute_reply', { status: 'error', ename: 'ZeroDivisionError', evalue: 'division by zero', traceback: [], execution_count: 1 });
        else {
          say(h, 'iopub', 'display_data', { data: {}, metadata: {} }, [new Uint8Array(200).buffer]);
          say(h, 'shell', 'execute_reply', { status: 'ok', execution_count: 1, user_expressions: {} });
        }
      }
      if (h.msg_type === 'complete_request') say(h, 'shell', 'complete_reply', { status: 'ok', matches: ['print'], cursor_start: 0, cursor_end: 2, metadata: {} });
      say(h, 'iopub', 'status', { execution_state: 'idle' });
    });
  });
  await new Promise((done) => server.listen(spec.port, '127.0.0.1', done));
};

exports.client = async (spec, app, sleep) => {
  const { KernelManager, ServerConnection } = require('@jupyterlab/services');
  const { serialize, deserialize } = require('@jupyterlab/services/lib/kernel/serialize');
  const serializer = { // journals what the library says and hears
    serialize: (m, p) => { tell(app, 'sent')(m); return serialize(m, p); },
    deserialize: (d, p) => { const m = deserialize(d, p); tell(app, 'received')(m); return m; },
  };
  const serverSettings = ServerConnection.makeSettings({ baseUrl: spec.url.replace('ws', 'http'), wsUrl: spec.url, WebSocket: require('ws'), appendToken: false, serializer });
  const manager = new KernelManager({ serverSettings });
  const kernel = await manager.startNew({ name: 'python3' });
  await kernel.info;
  if (!spec.packed) await kernel.requestExecute({ code: 'pass' }).done; // the first is slow
  const run = (code, more) => app.time('execute_request', () => { const f = kernel.requestExecute({ code, ...more }); f.onStdin = (m) => kernel.sendInputReply({ status: 'ok', value: 'me' }, m.header); return f.done; });
  await run('print("hello")');
  await run('x = 41; x + 1');
  await run('1/0');
  if (!spec.packed) await run('input("who? ")', { allow_stdin: true });
  await app.time('complete_request', () => kernel.requestComplete({ code: 'pr', cursor_pos: 2 }));
  await sleep(200);
  kernel.dispose();
  await sleep(100);
};
