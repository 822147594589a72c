// deno.js PORT: a WebSocket server over TLS by Deno (fastwebsockets, rustls); see server.js for its paths
const [port] = Deno.args, W = Deno.env.get('WORK'), rnd = n => 1 + Math.floor(Math.random() * n), text = n => 'x'.repeat(n);
Deno.serve({port: +port, hostname: '127.0.0.1', cert: Deno.readTextFileSync(W + '/c.pem'), key: Deno.readTextFileSync(W + '/k.pem'), onListen() {}}, q => {
  const path = new URL(q.url).pathname, {socket, response} = Deno.upgradeWebSocket(q, {idleTimeout: path === '/beat' ? 2 : 0});
  const timers = [], every = (ms, f) => timers.push(setInterval(() => socket.readyState === 1 && f(), ms));
  if (path === '/push') every(60 + rnd(100), () => socket.send(text(220)));
  socket.onmessage = m => {
    if (path === '/rpc') socket.send('{"id":1,"result":"' + text(rnd(300)) + '"}');
    if (path === '/echo') socket.send(m.data);
    if (path === '/ticker' && !timers.length) every(50, () => socket.send('{"s":"EURUSD","p":' + Math.random() + '}'));
  };
  socket.onclose = () => timers.forEach(clearInterval);
  return response;
});
