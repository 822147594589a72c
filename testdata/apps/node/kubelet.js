'use strict';
// kubelet.js: the handlers of Kubernetes' API server and of its kubelet, asked by kubectl's own client in Go.
exports.server = (spec) => require('./gopeer').begin('kubernetes', spec.port, '/dev/null');

exports.client = async (spec, app, sleep) => {
  const { spawn } = require('child_process');
  const p = spawn(`${__dirname}/../gopeer/gopeer`, [spec.command, spec.url.replace('ws', 'http'), spec.log], { stdio: 'inherit' });
  await new Promise((done) => p.on('exit', done));
};
