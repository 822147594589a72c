// web.js PORT: an HTTPS server of a page that polls, posts and listens to events, without a WebSocket; polling Socket.IO below /socket.io
const fs = require('fs'), https = require('https'), W = process.env.WORK, rnd = n => 1 + Math.floor(Math.random() * n);
const page = `<script>const sl=ms=>new Promise(r=>setTimeout(r,ms)),rnd=n=>1+Math.floor(Math.random()*n);
new EventSource('/events').onmessage=()=>0;
(async()=>{for(let i=0;i<15;i++){await fetch('/api?'+'q'.repeat(rnd(60)),i%3?{}:{method:'POST',body:'b'.repeat(rnd(90))});await sl(rnd(200))}})();
(async()=>{for(let i=0;i<4;i++)await fetch('/poll')})()</script>`;
const s = https.createServer({key: fs.readFileSync(W + '/k.pem'), cert: fs.readFileSync(W + '/c.pem')}, (q, r) => {
  q.resume();
  if (q.url === '/events') { r.writeHead(200, {'content-type': 'text/event-stream'}); const t = setInterval(() => r.write('data: ' + 'e'.repeat(rnd(90)) + '\n\n'), 250); r.on('close', () => clearInterval(t)); return; }
  if (q.url === '/poll') return setTimeout(() => r.end('{"n":' + rnd(99) + '}'), 700);
  if (q.url.startsWith('/api')) return q.on('end', () => r.end('r'.repeat(rnd(200))));
  r.setHeader('content-type', 'text/html');
  r.end(page);
});
new (require('socket.io').Server)(s, {transports: ['polling'], pingInterval: 700}).on('connection', c => c.on('m', m => c.emit('m', m)));
s.listen(+process.argv[2], '127.0.0.1', () => console.log('ready'));
