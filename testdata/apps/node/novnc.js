'use strict';
// novnc.js: noVNC in jsdom, and TigerVNC behind websockify: a session with a password, keys, a pointer, a clipboard.
const { spawn } = require('child_process');
const KINDS = {
  pixelFormat: 'SetPixelFormat', clientEncodings: 'SetEncodings', fbUpdateRequest: 'FramebufferUpdateRequest', keyEvent: 'KeyEvent', QEMUExtendedKeyEvent: 'QEMU',
  pointerEvent: 'PointerEvent', extendedPointerEvent: 'PointerEvent', clientCutText: 'ClientCutText', enableContinuousUpdates: 'EnableContinuousUpdates', clientFence: 'Fence', setDesktopSize: 'SetDesktopSize',
};

exports.server = async (spec, app, sleep) => {
  const fs = require('fs'), path = require('path');
  const secret = path.join(path.dirname(spec.log), 'vncpasswd');
  // What vncpasswd -f makes of "password".
  fs.writeFileSync(secret, Buffer.from('dbd83cfd727a1458', 'hex'));
  const port = spec.port + 1;
  spawn('setpriv', ['--pdeathsig', 'KILL', 'Xtigervnc', `:${port % 1000 + 100}`, '-rfbport', String(port), '-localhost', '-SecurityTypes', 'VncAuth', '-PasswordFile', secret, '-geometry', '64x48', '-depth', '16', '-desktop', 'desk'], { stdio: 'ignore' });
  spawn('setpriv', ['--pdeathsig', 'KILL', '/usr/bin/python3', '/usr/bin/websockify', `127.0.0.1:${spec.port}`, `127.0.0.1:${port}`], { stdio: 'ignore' });
  await sleep(2500);
};

exports.client = async (spec, app, sleep) => {
  const { JSDOM } = require('jsdom');
  const { window } = new JSDOM('<body><div id="screen"></div></body>', { url: spec.url.replace('ws', 'http') + '/', pretendToBeVisual: true });
  const nothing = new Proxy(() => {}, { get: (_, k) => (k === Symbol.toPrimitive ? () => 0 : k === 'then' ? undefined : nothing), set: () => true, apply: () => nothing });
  window.HTMLCanvasElement.prototype.getContext = () => nothing;
  window.HTMLCanvasElement.prototype.toDataURL = () => 'data:image/png;base64,';
  window.HTMLCanvasElement.prototype.setPointerCapture = () => {};
  Object.assign(globalThis, {
    window, document: window.document, HTMLElement: window.HTMLElement, HTMLCanvasElement: window.HTMLCanvasElement, Image: window.Image, Event: window.Event, CustomEvent: window.CustomEvent,
    WebSocket: require('ws'), ImageData: class {}, MutationObserver: window.MutationObserver, requestAnimationFrame: window.requestAnimationFrame, MouseEvent: window.MouseEvent, ResizeObserver: class { observe() {} unobserve() {} disconnect() {} },
    getComputedStyle: window.getComputedStyle.bind(window), location: window.location,
  });
  globalThis.navigator ??= window.navigator;
  const RFB = (await import('@novnc/novnc/lib/rfb.js')).default.default;
  for (const [name, kind] of Object.entries(KINDS)) {
    const f = RFB.messages[name];
    if (f) RFB.messages[name] = function (...args) { app.sent(kind); return f.apply(this, args); };
  }
  const rfb = new RFB(window.document.getElementById('screen'), `${spec.url}/websockify`, { credentials: { password: 'password' } });
  const start = performance.now();
  await new Promise((done, bad) => { rfb.addEventListener('connect', done); rfb.addEventListener('securityfailure', bad); rfb.addEventListener('disconnect', bad); });
  for (const k of [0x68, 0x69]) rfb.sendKey(k);
  rfb.clipboardPasteFrom('hello');
  await sleep(600);
  rfb.disconnect();
  await sleep(200);
};
