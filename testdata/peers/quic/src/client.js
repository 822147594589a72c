// The client of a recording in a browser and in Deno: it says the same as main.go's, and reports
// what it sent and received. Deno takes the arguments URL, HASH and what to say.
const hex = (b) => [...new Uint8Array(b)].map((x) => x.toString(16).padStart(2, '0')).join('')
const bytes = (text) => Uint8Array.from(text.match(/../g) ?? [], (x) => parseInt(x, 16))
const journal = []

async function note(flow, from, type, b) {
  journal.push({ flow, from, type, length: b.length, sha256: hex(await crypto.subtle.digest('SHA-256', b)) })
}

async function all(readable) {
  const parts = []
  let length = 0
  for (const r = readable.getReader(); ;) {
    const { value, done } = await r.read()
    if (done) break
    parts.push(value)
    length += value.length
  }
  const b = new Uint8Array(length)
  for (let at = 0; parts.length;) {
    b.set(parts[0], at)
    at += parts.shift().length
  }
  return b
}

async function send(writable, b) {
  const w = writable.getWriter()
  await w.write(b)
  await w.close()
}

async function webtransport(url, hash, streams = true) {
  const t = new WebTransport(url, { serverCertificateHashes: [{ algorithm: 'sha-256', value: bytes(hash) }] })
  await t.ready
  const out = (t.datagrams.createWritable ? t.datagrams.createWritable() : t.datagrams.writable).getWriter()
  const back = t.datagrams.readable.getReader()
  for (let i = 0; i < 6; i++) {
    const b = new TextEncoder().encode('datagram ' + i)
    await note('webtransport', 'client', 'datagram', b)
    await out.write(b)
    await note('webtransport', 'server', 'datagram', (await back.read()).value)
  }
  const incoming = t.incomingUnidirectionalStreams.getReader()
  for (let i = 0; streams && i < 5; i++) {
    const b = new Uint8Array(3000 * (i + 1)).map((_, k) => i + k)
    await note('webtransport', 'client', 'stream', b)
    let answer
    if (i % 2 === 0) {
      const s = await t.createBidirectionalStream()
      await send(s.writable, b)
      answer = await all(s.readable)
    } else {
      await send(await t.createUnidirectionalStream(), b)
      answer = await all((await incoming.read()).value)
    }
    await note('webtransport', 'server', 'stream', answer)
  }
  t.close({ closeCode: 7, reason: 'enough' })
  await t.closed.catch(() => {})
}

async function websocket(url) {
  const w = new WebSocket(url)
  w.binaryType = 'arraybuffer'
  const next = () => new Promise((yes, no) => {
    w.onmessage = (e) => yes(e.data)
    w.onerror = w.onclose = () => no(new Error('the WebSocket has ended'))
  })
  await new Promise((yes, no) => { w.onopen = yes; w.onerror = no })
  for (let i = 0; i < 12; i++) {
    const data = i % 2 ? new Uint8Array(400 * (1 + i % 3)).map((_, k) => i * 31 + k * 7) : ('message ' + i + ' ').repeat(20 * (i + 1))
    const type = i % 2 ? 'binary' : 'text'
    const raw = (x) => typeof x === 'string' ? new TextEncoder().encode(x) : new Uint8Array(x)
    const answer = next()
    await note('websocket', 'client', type, raw(data))
    w.send(data)
    await note('websocket', 'server', type, raw(await answer))
  }
  const over = new Promise((yes) => { w.onclose = yes })
  w.close(1000, 'bye')
  await over
}

const talk = { webtransport, websocket, datagrams: (url, hash) => webtransport(url, hash, false) }
if (globalThis.Deno) {
  const [url, hash, kind] = Deno.args
  await talk[kind](url, hash)
  console.log(JSON.stringify(journal))
  Deno.exit()
} else {
  const { url, hash, kind } = JSON.parse(document.body.dataset.task)
  let error = ''
  await talk[kind](url, hash).catch((e) => { error = String(e) })
  await fetch('/journal', { method: 'POST', body: JSON.stringify({ error, journal }) })
}
