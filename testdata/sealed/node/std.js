import './client_common.js';const url=(globalThis.Deno?Deno.args[0]:process.argv[2]);
const ws=globalThis.Bun?new WebSocket(url,{tls:{rejectUnauthorized:false}}):new WebSocket(url);
ws.onopen=()=>talk(ws);ws.onclose=()=>globalThis.Deno?Deno.exit(0):process.exit(0);ws.onerror=e=>{console.error(String(e.message||e));globalThis.Deno?Deno.exit(1):process.exit(1)};
