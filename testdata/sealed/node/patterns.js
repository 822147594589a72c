// patterns.js COUNT KEYS: WebSockets over TLS as applications use them, COUNT of each pattern, with node's ws on both ends
const https=require('https'),fs=require('fs'),path=require('path');const {WebSocketServer,WebSocket}=require('ws');
const [count,keys]=process.argv.slice(2);const T=process.env.WORK;const sl=ms=>new Promise(r=>setTimeout(r,ms));const rnd=n=>1+Math.floor(Math.random()*n);const text=n=>'x'.repeat(n);
const P={
 chat:{s:c=>{c.on('message',m=>setTimeout(()=>c.readyState===1&&c.send(m.toString()),rnd(20)));const t=setInterval(()=>c.send(text(rnd(120))),90+rnd(90));c.on('close',()=>clearInterval(t))},c:async w=>{for(let i=0;i<6+rnd(10);i++){w.send(text(rnd(200)));await sl(rnd(90))}}},
 rpc:{s:c=>c.on('message',m=>setTimeout(()=>c.readyState===1&&c.send(JSON.stringify({jsonrpc:'2.0',id:JSON.parse(m).id,result:text(rnd(300))})),rnd(15))),c:async w=>{for(let i=0;i<8+rnd(12);i++){w.send(JSON.stringify({jsonrpc:'2.0',id:i,method:text(rnd(20)),params:[text(rnd(60))]}));await sl(rnd(70))}}},
 ticker:{s:c=>{c.on('message',()=>{let i=0;const t=setInterval(()=>c.send(JSON.stringify({s:'EURUSD',p:1+i++/7})),50);c.on('close',()=>clearInterval(t))})},c:async w=>{w.send('{"op":"subscribe","channel":"ticker"}');await sl(900)}},
 push:{s:c=>{let i=0;const t=setInterval(()=>c.send(text(rnd(200))),60+rnd(60));c.on('close',()=>clearInterval(t))},c:async w=>{await sl(1200)}},
 upload:{s:c=>{let n=0;c.on('message',m=>{if(++n%8===0)c.send('{"ack":'+n+'}')})},c:async w=>{for(let i=0;i<16+rnd(16);i++){w.send(Buffer.alloc(100+rnd(1500)));await sl(rnd(40))}}},
 heartbeat:{s:c=>{const t=setInterval(()=>c.send('2'),250);c.on('message',m=>{});c.on('close',()=>clearInterval(t))},c:async w=>{w.on('message',m=>m.toString()==='2'&&w.send('3'));w.send('40');await sl(1700)}},
 ping:{s:c=>{const t=setInterval(()=>c.ping(text(rnd(8))),200);c.on('close',()=>clearInterval(t))},c:async w=>{w.send('hello');await sl(1500)}},
 game:{s:c=>{const t=setInterval(()=>c.send(Buffer.alloc(20+rnd(60))),33);c.on('message',()=>{});c.on('close',()=>clearInterval(t))},c:async w=>{for(let i=0;i<30;i++){w.send(Buffer.alloc(12+rnd(8)));await sl(30)}}},
 graphql:{s:c=>c.on('message',m=>{const d=JSON.parse(m);if(d.type==='connection_init')c.send('{"type":"connection_ack"}');if(d.type==='ping')c.send('{"type":"pong"}');if(d.type==='subscribe'){let i=0;const t=setInterval(()=>c.send(JSON.stringify({id:d.id,type:'next',payload:{data:{n:i++,t:text(rnd(90))}}})),80);c.on('close',()=>clearInterval(t))}}),c:async w=>{w.send('{"type":"connection_init"}');await sl(30);w.send(JSON.stringify({id:'1',type:'subscribe',payload:{query:'subscription { '+text(rnd(200))+' }'}}));for(let i=0;i<3;i++){await sl(300);w.send('{"type":"ping"}')}}},
 large:{s:c=>c.on('message',m=>c.send(m)),c:async w=>{for(let i=0;i<6;i++){w.send(Buffer.alloc(3000+rnd(60000)));await sl(60+rnd(60))}}},
};
const versions=[{},{maxVersion:'TLSv1.2'},{ciphers:'TLS_CHACHA20_POLY1305_SHA256',minVersion:'TLSv1.3'}];
Promise.all(Object.entries(P).map(async([name,p])=>{for(let k=0;k<+count;k++){
 const s=https.createServer({key:fs.readFileSync(T+'/k.pem'),cert:fs.readFileSync(T+'/c.pem')});s.on('keylog',l=>fs.appendFileSync(keys,l));const ws=new WebSocketServer({server:s,perMessageDeflate:k%4===3?{threshold:0}:false});ws.on('connection',c=>{c.on('error',()=>{});p.s(c)});
 await new Promise(r=>s.listen(0,'127.0.0.1',r));const w=new WebSocket(`wss://localhost:${s.address().port}/${name}?token=${text(rnd(60))}`,{rejectUnauthorized:false,perMessageDeflate:k%4===3,...versions[k%3],headers:k%2?{'User-Agent':'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36','Origin':'https://example.com','Accept-Language':'en-US,en;q=0.9'}:{}});
 w.on('error',e=>console.error(name,e.message));await new Promise(r=>w.on('open',r));await p.c(w);await sl(60);k%5===4?w.terminate():k%5===3?w.close():w.close(1000,k%2?'done':'');await sl(80);ws.close();s.close()}})).then(()=>process.exit(0));
