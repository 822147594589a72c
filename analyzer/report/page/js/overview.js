// overview.js: the whole capture at a glance: what was left out, tiles, charts, lists.

function tile(label, value, ...notes) {
  return h("div", { class: "tile" }, h("dt", null, label), h("dd", null, h("b", null, value),
    notes.filter(Boolean).map((note) => h("span", null, note))));
}

// sums adds up what both sides sent; null where nothing could be read, so that nobody knows.
function sums(s) {
  if (!s.client_to_server || !s.server_to_client) return null;
  return {
    both: (name) => s.client_to_server[name] + s.server_to_client[name],
    of: (type) => s.client_to_server.messages[type] + s.server_to_client.messages[type],
  };
}

const savedNote = ({ both }) => both("message_bytes") > both("payload_bytes") &&
  "deflate saved " + Math.round(100 - 100 * both("payload_bytes") / both("message_bytes")) + " %";

function messagesTile(sum, ...notes) {
  if (!sum) return tile("Messages", "unknown", "nothing could be opened");
  return tile("Messages", number(messageTypes.reduce((n, type) => n + sum.of(type), 0)), ...notes,
    messageTypes.filter(sum.of).map((t) => number(sum.of(t)) + " " + t).join(", "));
}

const payloadTile = (sum, ...notes) => sum ? tile("Payload", size(sum.both("message_bytes")), ...notes, savedNote(sum)) : tile("Payload", "unknown");

// What HTTP/3 and unknown connections carry does not show: that is no 0.
const notKnown = ({ connections, likely }) =>
  likely.filter(({ name }) => name === "http3" || name === "unknown").reduce((n, { count }) => n + count, 0) === connections;

const sealedTile = ({ sealed }) => sealed && tile("Not opened", number(sealed.connections), notKnown(sealed)
  ? "TLS connections, in which nothing shows whether there are WebSockets"
  : `TLS connections, of which ${number(sealed.likely_websockets)} ${sealed.likely_websockets === 1 ? "is likely a WebSocket" : "are likely WebSockets"}`);

function tiles(s) {
  const sum = sums(s);
  const found = { error: 0, warning: 0, note: 0 };
  for (const f of s.findings || []) found[f.severity] += f.count;
  const states = [...(s.by_result || []), ...(s.by_pickup || []).filter((p) => p.name === "midstream" || p.name === "encrypted")];
  return h("dl", { class: "tiles" },
    tile("Flows", number(s.flows), states.map((c) => number(c.count) + " " + c.name).join(", ")),
    sealedTile(s),
    messagesTile(sum),
    payloadTile(sum, sum?.both("wire_bytes") > 0 && size(sum.both("wire_bytes")) + " on the wire"),
    sum && tile("Open at once", number(s.max_open), "WebSockets, at most"),
    tile("Findings", number(found.error + found.warning + found.note),
      severities.filter((k) => found[k]).map((k) => plural(found[k], k)).join(", ") || "nothing to tell"),
    tile("Captured", s.start ? span(s.duration) : "nothing", plural(s.packets, "packet") + ", " + size(s.bytes),
      sum?.both("lost_bytes") > 0 && size(sum.both("lost_bytes")) + " of WebSocket missing"));
}

// remarks are what a reader must know before believing the page to be the whole truth.
function remarks(s) {
  const list = [...(about.remarks || [])];
  for (const p of s.problems || []) list.push(`${p.file}: ${p.offset < 0 ? "" : `offset ${p.offset}: `}${p.reason}. What could be read of it is here.`);
  const { left, limits } = about;
  if (left.flows) list.push(`${plural(left.flows, "flow")} left out of the table: the page holds ${size(limits.flows)} of flow records. The totals count them.`);
  if (left.messages) list.push(`${plural(left.messages, "message")} left out of the conversations: the page lists ${number(limits.messages)}. The counts include them.`);
  if (left.payloads) list.push(`The payloads of ${plural(left.payloads, "message")} were left out: the page holds ${size(limits.payload)} of payloads.`);
  if (left.short) list.push(`${plural(left.short, "payload")} cut to the first ${size(limits.message)}.`);
  const encrypted = (s.by_pickup || []).find((p) => p.name === "encrypted")?.count;
  if (encrypted) list.push(`${plural(encrypted, "TLS connection")} could not be opened: wscope keys says how to get the secrets of a browser, a server or a program, and wscope report --keylog keys.txt reads them.`);
  if (s.cut_packets) list.push(`${plural(s.cut_packets, "packet")} were cut short when they were captured.`);
  return list.length ? h("ul", { class: "remarks", "aria-label": "Remarks" }, list.map((text) => h("li", null, oneLine(text)))) : null;
}

// openFlows is how many flows were open, at most, in each of n steps.
function openFlows(flows, n) {
  if (!flows.length) return null;
  const events = [];
  let last = 0;
  for (const f of flows) {
    events.push([f.start, 1], [f.end, -1]);
    last = Math.max(last, f.end);
  }
  events.sort((a, b) => a[0] - b[0] || b[1] - a[1]);
  const step = Math.max(last, 1) / n, x = [], y = [];
  let open = 0, at = 0;
  for (let i = 0; i <= n; i++) {
    let most = open;
    while (at < events.length && (events[at][0] < (i + 1) * step || i === n)) most = Math.max(most, open += events[at++][1]);
    x.push(i * step / 1e9);
    y.push(most);
  }
  return { x, y };
}

// extent is the seconds that both charts over time span.
const extent = (flows) => [0, Math.max(1e-3, about.rate.client.length * about.rate.step, flows.reduce((n, f) => Math.max(n, f.end), 0) / 1e9)];

// openChart shows data, seconds and how many were open.
function openChart(data, reach) {
  if (!data) return null;
  const most = Math.max(...data.y);
  const { figure, room, output } = plotFigure("Open connections", `Open connections over time: at most ${most}`);
  chart(room, (width) => new uPlot(options(width, 150, [{}, {
    stroke: colour("note"), width: 1.2, fill: colour("wash"), paths: uPlot.paths.stepped({ align: 1 }), points: { show: false },
  }], [timeAxis(), axis({ size: 44, incrs: countSteps, values: (_, v) => v.map(compact) })], {
    scales: { x: { time: false, range: reach }, y: { range: (_, low, high) => [0, Math.max(1, high * 1.1)] } },
    hooks: reading(output, `from first to last packet, at most ${number(most)}`, (i) => `${number(data.y[i])} at ${span(data.x[i])}`),
  }), [data.x, data.y], room));
  return figure;
}

// thinner joins the bars of a rate until there are at most n.
function thinner(r, n) {
  let { step, client, server } = r;
  const halve = (list) => list.filter((_, i) => i % 2 === 0).map((v, i) => v + (list[2 * i + 1] || 0));
  while (client.length > n) [step, client, server] = [step * 2, halve(client), halve(server)];
  return { step, client, server };
}

function rateChart(reach) {
  const { step, client, server } = thinner(about.rate, 128);
  if (!client.length) return null;
  const x = client.map((_, i) => (i + 0.5) * step);
  const { figure, room, output } = plotFigure("Messages", `Messages over time, in steps of ${span(step)}: clients at most ${Math.max(...client)}, servers at most ${Math.max(...server)}`);
  const bars = (name) => ({ stroke: colour(name), fill: colour(name), width: 0, paths: uPlot.paths.bars({ size: [0.8, 40] }), points: { show: false } });
  chart(room, (width) => new uPlot(options(width, 150, [{}, bars("client"), bars("server")],
    [timeAxis(), axis({ size: 44, incrs: countSteps, values: (_, v) => v.map((n) => compact(Math.abs(n))) })], {
      scales: { x: { time: false, range: reach } },
      hooks: reading(output, `in each ${span(step)}: clients above, servers below`,
        (i) => `${number(client[i])} by clients, ${number(server[i])} by servers at ${span(i * step)}`),
    }), [x, client.map((n) => n || null), server.map((n) => -n || null)], room));
  return figure;
}

// ranking is a short list of what there is most of; picking a name searches for it.
function ranking(title, list, pick, say = oneLine) {
  if (!list?.length) return null;
  const most = list[0].count;
  return h("section", { class: "ranking" }, h("h3", null, title), h("ol", null, list.slice(0, 5).map(({ name, count }) => {
    const bar = h("i", { class: "bar", "aria-hidden": "true" });
    bar.style.width = 100 * count / most + "%";
    return h("li", null, bar, h("button", { type: "button", onclick: () => pick(name), title: "Show these flows" }, say(name) || "(none)"), h("span", null, number(count)));
  }), list.length > 5 && h("li", { class: "rest" }, `and ${number(list.length - 5)} more`)));
}

function rankings(s, pick) {
  const lists = [
    ranking("Hosts", s.hosts, pick), ranking("Paths", s.paths, pick), ranking("Clients", s.clients, pick),
    ranking("Endings", s.closes, (name) => pick("", { ending: name }), endingText), ranking("Subprotocols", s.subprotocols, pick),
  ].filter(Boolean);
  return lists.length ? h("div", { class: "rankings" }, lists) : null;
}

// elsewhere says what else the capture holds: it helps where no flow was found.
function elsewhere(s) {
  const say = (list) => list.map((c) => `${number(c.count)} ${c.name}`).join(", ");
  const parts = [];
  if (s.other_connections?.length) parts.push("connections without a WebSocket: " + say(s.other_connections));
  if (s.other_packets?.length) parts.push("packets without TCP: " + say(s.other_packets));
  if (s.unsupported_packets?.length) parts.push("packets that are not understood: " + say(s.unsupported_packets));
  return parts.length ? h("p", { class: "dim" }, "Also in the capture: " + oneLine(parts.join("; ")) + ".") : null;
}
