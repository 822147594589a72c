// server.js PORT [KEYS|-plain]: echoes, pushes every 150 ms, pings every 400 ms, answers "burst N" with N messages at once
const fs=require('fs'),https=require('https'),http=require('http'),{WebSocketServer}=require('ws');
const [port,keys]=process.argv.slice(2);
const s=keys==='-plain'?http.createServer():https.createServer({key:fs.readFileSync(process.env.WORK+'/k.pem'),cert:fs.readFileSync(process.env.WORK+'/c.pem'),maxVersion:process.env.TLSMAX||'TLSv1.3',ciphers:process.env.CIPHERS||undefined});
if(keys!=='-plain')s.on('keylog',l=>fs.appendFileSync(keys,l));
s.on('request',(q,r)=>{r.setHeader('content-type','text/html');r.end(fs.existsSync(__dirname+'/page.html')?fs.readFileSync(__dirname+'/page.html'):'x')});
const w=new WebSocketServer({server:s,perMessageDeflate:process.env.DEFLATE==='1'});
w.on('connection',c=>{let n=0;const a=setInterval(()=>c.send(JSON.stringify({tick:n++,v:'x'.repeat(n*7%90)})),150),b=setInterval(()=>c.ping('p'),400);
 c.on('message',(m,bin)=>{const t=m.toString();if(t.startsWith('burst')){for(let i=0;i<+t.slice(6);i++)c.send('b'+i+'-'.repeat(i*13%60))}else c.send(m,{binary:bin})});
 c.on('close',()=>{clearInterval(a);clearInterval(b)});c.on('error',()=>{})});
s.listen(+port,'127.0.0.1',()=>console.log('ready'));
