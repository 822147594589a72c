require('./client_common.js');const W=require('ws');const ws=new W(process.argv[2],{rejectUnauthorized:false,perMessageDeflate:false});
ws.on('open',async()=>{await talk(ws)});ws.on('close',()=>process.exit(0));ws.on('error',e=>{console.error(e.message);process.exit(1)});
