// data.js: what is known of the whole capture, and of each flow.

function bytesOf(base64) {
  if (Uint8Array.fromBase64) return Uint8Array.fromBase64(base64);
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

const about = JSON.parse(document.getElementById("about").textContent);
let epoch = about.epoch ? instant(about.epoch) : { seconds: 0, nanos: 0 };
const sentences = new Map(about.rules.map((r) => [r.id, r.sentence]));

const messageTypes = ["text", "binary", "ping", "pong", "close"];
const total = (direction) => messageTypes.reduce((n, type) => n + direction.messages[type], 0);
const address = (end) => (end.ip.includes(":") ? "[" + end.ip + "]" : end.ip) + ":" + end.port;

// counted writes a number of messages, which is an estimate where the flow could not be opened.
const counted = (flow, n) => (n === undefined ? "" : (flow.record.sealed ? "~" : "") + number(n));

function describeFlow({ record, blocks, page }) {
  const start = since(instant(record.start), epoch);
  const flow = {
    record, blocks, page, number: record.flow, start, end: start + record.duration * 1e9,
    client: address(record.client), server: address(record.server),
    target: target(record), state: state(record), ending: ending(record), abnormal: abnormal(record), worst: -1,
    // Of a connection that could not be opened, about how many; undefined where that is not known either.
    sent: record.client_to_server ? total(record.client_to_server) : record.sealed?.client_to_server?.messages_about,
    received: record.server_to_client ? total(record.server_to_client) : record.sealed?.server_to_client?.messages_about,
    bytes: record.client_to_server ? record.client_to_server.wire_bytes + record.server_to_client.wire_bytes : record.sealed ? (record.sealed.client_to_server?.wire_bytes || 0) + (record.sealed.server_to_client?.wire_bytes || 0) : undefined,
  };
  for (const f of record.findings) {
    const rank = severities.indexOf(f.severity);
    if (flow.worst < 0 || rank < flow.worst) flow.worst = rank;
  }
  flow.words = [flow.client, flow.server, flow.target, flow.state, flow.ending, record.handshake?.subprotocol,
    record.tls?.sni, record.tunnel, record.real_client, record.file, record.close?.story || wrong(record), ...record.findings.map((f) => f.rule)].join("\n").toLowerCase();
  return flow;
}

// target is what was asked for, as a URL where the request was seen.
function target(record) {
  const scheme = record.tls ? "wss://" : "ws://";
  if (record.http?.host) return scheme + record.http.host + record.http.path;
  if (record.tls?.sni) return scheme + record.tls.sni;
  return scheme + address(record.server);
}

function state(record) {
  return record.pickup === "handshake" ? record.handshake?.result || "accepted" : record.pickup;
}

// ending names how the flow was closed as the summary's closes do: the code, or how.
function ending(record) {
  const close = record.close;
  if (!close) return "";
  return close.code === null ? close.how : String(close.code);
}

const endings = { handshake: "no code", half: "half closed", fin: "FIN", rst: "reset", none: "still open" };
const codeNames = { 1000: "normal", 1001: "going away", 1002: "protocol error", 1003: "unsupported", 1007: "bad payload", 1008: "policy", 1009: "too big", 1011: "internal error" };

// endingText says an ending to people.
function endingText(name) {
  return endings[name] || (codeNames[name] ? name + " " + codeNames[name] : name);
}

// wrong is what went wrong in a flow whose end needs no story; report.Trouble says the same.
function wrong({ start, tcp, ping, app, pace, duration, findings, client_to_server: client, server_to_client: server }) {
  const parts = [];
  if (tcp?.zero_window >= 1) parts.push("a sender was held up by a receive window of zero for " + span(tcp.zero_window));
  if (ping && findings.some((f) => f.rule === "ping-unanswered")) parts.push(plural(ping.unanswered, "ping") + " unanswered");
  const waited = app?.waiting?.length ? duration - since(instant(app.waiting[0].time), instant(start)) / 1e9 : 0;
  if (waited >= 1) parts.push(`${plural(app.unanswered, "request")} unanswered, the first for ${span(waited)}`);
  for (const [side, gap, d] of [["client", pace?.longest_client_gap, client], ["server", pace?.longest_server_gap, server]]) {
    const n = d ? d.messages.text + d.messages.binary : 0;
    if (n >= 50 && gap >= 5 && gap >= 20 * (duration - gap) / n) parts.push(`the ${side} was silent for ${span(gap)} in between`);
  }
  return parts.join("; ");
}

// abnormal reports whether a flow ended otherwise than in good order, as the summary's endings mean it.
function abnormal({ pickup, handshake, close }) {
  if (pickup === "encrypted") return false;
  if (pickup === "rejected" || handshake?.result === "rejected" || handshake?.result === "unanswered") return true;
  if (!close || close.how === "none") return close?.tcp === "silence";
  if (close.how === "handshake" || close.how === "half") return close.code !== null && close.code !== 1000 && close.code !== 1001;
  return true;
}
