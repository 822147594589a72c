// rows.js: the messages of a flow. A row is an array in the order of row.go.

const flags = { compressed: 1, incomplete: 2, stalled: 4, cut: 8, base64: 16, left: 32, short: 64 };

function message(row) {
  const [number, kind, from, time, end, packet, frames, flag, payloadBytes, length, data, more] = row;
  const m = {
    kind: "message", number, type: messageTypes[kind], from: from ? "server" : "client",
    time, end, packet, frames, flag, payloadBytes, length, data,
  };
  return more ? Object.assign(m, more) : m;
}

// payload is a message's bytes; those of a text are its UTF-8.
function payload(m) {
  return m.flag & flags.base64 ? bytesOf(m.data) : new TextEncoder().encode(m.data);
}

// searchable is a message's payload as text; bytes that are no text stand for themselves.
function searchable(m) {
  return m.flag & flags.base64 ? atob(m.data) : m.data;
}

// said is all that a line of a message may be found by.
const said = (m) => preview(m) + "\n" + searchable(m);

// messageJSON is a message as wscope messages gives it, with the contract's names.
function messageJSON(flow, m) {
  const time = (nanos) => { const at = moment(epoch, nanos, 9); return `${at.date}T${at.clock}Z`; };
  const content = m.flag & flags.left ? {} : m.flag & flags.base64 ? { base64: m.data } : { text: m.data };
  return JSON.stringify({
    flow: flow.number, message: m.number, from: m.from, type: m.type, time: time(m.time), end: time(m.end), packet: m.packet, file: m.file,
    frames: m.frames, compressed: Boolean(m.flag & flags.compressed), payload_bytes: m.payloadBytes, length: m.length, complete: !(m.flag & flags.incomplete),
    stalled: m.flag & flags.stalled ? true : undefined, cut: m.flag & (flags.cut | flags.short | flags.left) ? true : undefined, code: m.code, reason: m.reason, ...content, app: m.app,
  }) + "\n";
}

// answerWords says what a message answers, and after how long; nothing where it answers nothing.
function answerWords(app) {
  if (app.after === undefined || app.after === null) return "";
  return "answers" + (app.answers ? " #" + app.answers : "") + " after " + span(app.after);
}

// preview is the beginning of a message, for a line.
function preview(m) {
  if (m.type === "record") return m.error ? `a TLS record, between ${number(Math.max(m.length - m.error, 0))} and ${plural(m.length, "byte")}` : "a TLS record";
  if (m.app?.gist) return oneLine(m.app.gist);
  if (m.type === "close") {
    const code = m.code === undefined || m.code === null ? "no code" : m.code;
    return oneLine(code + (m.reason ? " " + m.reason : ""));
  }
  if (m.flag & flags.left) return "payload left out of this page";
  if (!(m.flag & flags.base64)) return oneLine(m.data.slice(0, 300));
  return Array.from(bytesOf(m.data.slice(0, 96)), (b) => b.toString(16).padStart(2, "0")).join(" ");
}

// answers pairs pongs with the pings they answer: the latest before with the same payload
// (RFC 6455 §5.5.3). It gives the ping's time and the seconds to the pong's, by who pinged.
function answers(messages) {
  const open = { client: new Map(), server: new Map() };
  const list = [];
  for (const m of messages) {
    if (m.type === "ping") open[m.from].set(m.data, m);
    if (m.type !== "pong") continue;
    const pinger = m.from === "client" ? "server" : "client";
    const ping = open[pinger].get(m.data);
    if (!ping) continue;
    open[pinger].delete(m.data);
    list.push({ from: pinger, time: ping.time, rtt: Math.max(m.end - ping.time, 0) / 1e9 });
  }
  return list;
}
