'use strict';
// gopeer.js: a server of apps/gopeer, which only Go has.
const { spawn } = require('child_process');

exports.begin = async (role, port, log) => {
  const p = spawn('setpriv', ['--pdeathsig', 'KILL', `${__dirname}/../gopeer/gopeer`, role, String(port), log], { stdio: ['ignore', 'pipe', 'inherit'] });
  await new Promise((done, bad) => { p.stdout.on('data', done); p.on('exit', bad); });
};
