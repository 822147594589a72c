// Checks an HTTP Archive on standard input with har-validator, and counts its WebSocket messages.
const validate = require('har-validator/lib/async')
const har = JSON.parse(require('fs').readFileSync(0, 'utf8'))
validate.har(har, (errors, valid) => {
  if (!valid) {
    console.error(JSON.stringify(errors))
    process.exit(1)
  }
  const messages = har.log.entries.flatMap(e => e._webSocketMessages)
  const sum = type => messages.filter(m => m.type === type && m.opcode <= 2)
    .reduce((n, m) => n + Buffer.from(m.data, m.opcode === 2 ? 'base64' : 'utf8').length, 0)
  console.log(JSON.stringify({ entries: har.log.entries.length, messages: messages.length, sent: sum('send'), received: sum('receive') }))
})
