// grpc.js PORT COUNT: @grpc/grpc-js on both ends over TLS: unary calls and a stream of both sides
const grpc = require('@grpc/grpc-js'), fs = require('fs'), W = process.env.WORK, [port, count] = process.argv.slice(2);
const bytes = {requestSerialize: b => b, requestDeserialize: b => b, responseSerialize: b => b, responseDeserialize: b => b};
const def = {Get: {path: '/t.T/Get', requestStream: false, responseStream: false, ...bytes}, Talk: {path: '/t.T/Talk', requestStream: true, responseStream: true, ...bytes}};
const s = new grpc.Server(), rnd = n => 1 + Math.floor(Math.random() * n), sl = ms => new Promise(r => setTimeout(r, ms));
s.addService(def, {Get: (c, cb) => cb(null, Buffer.alloc(rnd(300))), Talk: c => { const t = setInterval(() => c.write(Buffer.alloc(rnd(90))), 90); c.on('data', d => c.write(d)); c.on('end', () => { clearInterval(t); c.end(); }); }});
const pem = fs.readFileSync(W + '/c.pem');
s.bindAsync('127.0.0.1:' + port, grpc.ServerCredentials.createSsl(null, [{private_key: fs.readFileSync(W + '/k.pem'), cert_chain: pem}]), async () => {
  const Client = grpc.makeGenericClientConstructor(def, 'T');
  await Promise.all([...Array(+count)].map(async (_, i) => {
    const c = new Client('localhost:' + port, grpc.credentials.createSsl(fs.readFileSync(W + '/ca.pem')), {'grpc.use_local_subchannel_pool': 1});
    if (i % 2) { const t = c.Talk(); t.on('data', () => {}); for (let k = 0; k < 12; k++) { t.write(Buffer.alloc(rnd(80))); await sl(rnd(120)); } t.end(); }
    else for (let k = 0; k < 10; k++) { await new Promise(r => c.Get(Buffer.alloc(rnd(90)), r)); await sl(rnd(120)); }
    await sl(100); c.close();
  }));
  process.exit(0);
});
