globalThis.talk=async(ws,done)=>{const sl=ms=>new Promise(r=>setTimeout(r,ms));
 const sizes=[5,20,60,125,126,300,1000,4000,5000,17000,40000,3,0,80,80,80];
 for(const n of sizes){ws.send('m'.repeat(n));await sl(25)}
 ws.send('burst 12');await sl(150);
 for(let i=0;i<10;i++)ws.send('q'.repeat(30+i));await sl(300);
 ws.send(new Uint8Array(700));await sl(200);ws.close(1000,'bye')};
