// polling.js PORT COUNT: clients of Socket.IO that only poll
process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
const {io} = require('socket.io-client'), https = require('https'), rnd = n => 1 + Math.floor(Math.random() * n), sl = ms => new Promise(r => setTimeout(r, ms));
Promise.all([...Array(+process.argv[3])].map(async () => {
  const w = io('https://localhost:' + process.argv[2], {transports: ['polling'], forceNew: true, rejectUnauthorized: false, agent: new https.Agent({keepAlive: true, maxSockets: 2, rejectUnauthorized: false})});
  await new Promise(r => w.on('connect', r));
  for (let i = 0; i < 10; i++) { w.emit('m', 'm'.repeat(rnd(90))); await sl(rnd(250)); }
  w.disconnect(); await sl(100);
})).then(() => process.exit(0));
