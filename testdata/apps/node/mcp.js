'use strict';
// mcp.js: the Model Context Protocol's SDK: a client and a server, tools, one that is unknown.
exports.server = async (spec, app) => {
  const { WebSocketServer } = require('ws');
  const { Server } = require('@modelcontextprotocol/sdk/server/index.js');
  const { ListToolsRequestSchema, CallToolRequestSchema } = require('@modelcontextprotocol/sdk/types.js');
  const wss = new WebSocketServer({ port: spec.port, host: '127.0.0.1', perMessageDeflate: false, handleProtocols: () => 'mcp' });
  wss.on('connection', async (ws) => {
    const server = new Server({ name: 'small', version: '1.0.0' }, { capabilities: { tools: {} } });
    server.setRequestHandler(ListToolsRequestSchema, async () => ({ tools: [{ name: 'add', inputSchema: { type: 'object' } }] }));
    server.setRequestHandler(CallToolRequestSchema, async (r) => { if (r.params.name !== 'add') throw new Error('unknown tool'); return { content: [{ type: 'text', text: '3' }] }; });
    const transport = { async start() {}, async close() { ws.close(); }, async send(m) { app.sent(m.error ? 'error' : m.result ? 'response' : m.id === undefined ? 'notification' : 'request', m.method ?? ''); ws.send(JSON.stringify(m)); } };
    ws.on('message', (b) => { const m = JSON.parse(b); app.received(m.id === undefined ? 'notification' : 'request', m.method); transport.onmessage?.(m); });
    ws.on('close', () => transport.onclose?.());
    await server.connect(transport);
  });
  await new Promise((done) => wss.on('listening', done));
};

exports.client = async (spec, app, sleep) => {
  globalThis.WebSocket = require('ws');
  const { Client } = require('@modelcontextprotocol/sdk/client/index.js');
  const { WebSocketClientTransport } = require('@modelcontextprotocol/sdk/client/websocket.js');
  const transport = new WebSocketClientTransport(new URL(spec.url));
  const client = new Client({ name: 'asker', version: '1.0.0' }, { capabilities: {} });
  const ask = async (name, op, p, kind = 'response') => { app.sent('request', name); await app.time(op, p).catch(() => {}); app.received(kind); };
  await ask('initialize', 'initialize', async () => { await client.connect(transport); });
  app.sent('notification', 'notifications/initialized');
  await ask('tools/list', 'tools/list', () => client.listTools());
  for (let i = 0; i < 3; i++) await ask('tools/call', 'tools/call add', () => client.callTool({ name: 'add', arguments: { a: i } }));
  await ask('tools/call', 'tools/call sub', () => client.callTool({ name: 'sub', arguments: {} }), 'error');
  await ask('ping', 'ping', () => client.ping());
  await sleep(50);
  await client.close();
  await sleep(50);
};
