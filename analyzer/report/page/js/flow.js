// flow.js: one flow: what is known of it, how it went over time, and what was said.

function fact(name, ...value) {
  return value.some((v) => v !== undefined && v !== null && v !== "" && v !== false) ? [h("dt", null, name), h("dd", null, value)] : [];
}

const sideFact = (d) => {
  if (!d) return "";
  const kinds = messageTypes.filter((t) => d.messages[t]).map((t) => number(d.messages[t]) + " " + t).join(", ") || "nothing";
  const lost = d.lost_bytes || d.lost_messages ? `; ${size(d.lost_bytes)} and ${plural(d.lost_messages, "message")} not whole in the capture` : "";
  const packed = d.compression?.messages ? `, compressed from ${size(d.message_bytes)}` : "";
  return `${kinds} in ${plural(d.frames, "frame")}, ${size(d.wire_bytes)}${packed}${lost}`;
};

// sealedFact says what a side seems to have sent in a connection that could not be opened. Of QUIC it has the packets.
const sealedFact = (d, packets, bytes) => {
  if (packets !== undefined) return `${plural(packets, "packet")}, ${size(bytes)} on the wire`;
  if (!d) return "not in the capture";
  const about = d.messages_about !== undefined ? `about ${plural(d.messages_about, "message")}, at least ${number(d.messages_at_least)}, ` +
    `${size(d.payload_bytes)}${d.payload_bytes_error ? ` \u00b1 ${size(d.payload_bytes_error)}` : ""}; ` : "";
  return `${about}${plural(d.records, "TLS record")}, ${size(d.wire_bytes)} on the wire`;
};

function flowFacts(r) {
  const shake = r.handshake, tls = r.tls, close = r.close, ping = r.ping, tcp = r.tcp;
  const at = moment(instant(r.start), 0, 9);
  const join = (...parts) => oneLine(parts.filter(Boolean).join(", "));
  return h("dl", { class: "about" },
    fact("Client", h("span", { class: "client" }, address(r.client)), r.real_client && ` for ${oneLine(r.real_client)}`, r.http?.user_agent && h("span", { class: "dim" }, " " + oneLine(r.http.user_agent))),
    fact("Server", h("span", { class: "server" }, address(r.server)), r.via?.length && ` via ${r.via.map((v) => oneLine(v.kind + " " + (v.target || ""))).join(", ")}`, r.tunnel && ` in ${oneLine(r.tunnel)}`),
    fact("Began", `${at.date} ${at.clock} UTC`, r.packet ? [", ", packetPlace(r.packet, r.file)] : ""),
    fact("Lasted", span(r.duration), r.pace && r.pace.longest_silence > 0 && `, longest silence ${span(r.pace.longest_silence)}`, r.sealed?.longest_silence && `, longest silence ${span(r.sealed.longest_silence)}`),
    fact("Trouble", oneLine(wrong(r))),
    fact("Upgrade", shake ? join(shake.result, r.http?.status && "HTTP/" + r.http.version + " status " + r.http.status, shake.latency !== undefined && "in " + span(shake.latency), shake.accept_valid === false && "wrong Accept") : r.pickup === "midstream" ? "not in the capture: joined midway" : r.pickup === "encrypted" ? "encrypted: not opened" : ""),
    fact("Likely", r.sealed && join(`${r.sealed.likely}, ${Math.round(100 * r.sealed.confidence)} %`, r.sealed.heartbeat_seconds && `a heartbeat each ${span(r.sealed.heartbeat_seconds)}`, r.sealed.rtt_mean && `round trip ${span(r.sealed.rtt_mean)} on average`), r.sealed?.why.length && h("p", null, oneLine(r.sealed.why.join("; ")))),
    fact("Refused", r.http?.body && oneLine(r.http.body)),
    fact("Subprotocol", shake && join(shake.subprotocol, shake.subprotocols_offered?.length && "of " + shake.subprotocols_offered.join(" "))),
    fact("Extensions", shake && join(...(shake.extensions || []))),
    fact("TLS", tls && join(tls.version, tls.cipher, tls.sni, tls.alpn, !tls.decrypted && (tls.why || "not opened"))),
    fact("Client sent", r.sealed ? sealedFact(r.sealed.client_to_server, r.quic?.client_packets, r.quic?.client_bytes) : sideFact(r.client_to_server)),
    fact("Server sent", r.sealed ? sealedFact(r.sealed.server_to_client, r.quic?.server_packets, r.quic?.server_bytes) : sideFact(r.server_to_client)),
    fact("Pings", ping && join(`${number(ping.answered)} answered`, ping.unanswered && `${number(ping.unanswered)} unanswered`, ping.rtt_p50 !== undefined && `median ${span(ping.rtt_p50)}, at most ${span(ping.rtt_max)}`)),
    fact("TCP", tcp && join(tcp.rtt !== undefined && "round trip " + span(tcp.rtt), tcp.retransmitted && number(tcp.retransmitted) + " retransmitted", tcp.out_of_order && number(tcp.out_of_order) + " out of order", tcp.zero_windows && number(tcp.zero_windows) + " zero windows" + (tcp.zero_window ? " for " + span(tcp.zero_window) : ""), tcp.stall && "stalled " + span(tcp.stall), tcp.capture_loss && size(tcp.capture_loss) + " not captured")),
    fact("Closed", close && join(close.by && "by " + close.by, close.code !== null ? `${close.code} ${close.name || ""}` : /handshake|half/.test(close.how) && "with no code", close.reason && `\u201c${close.reason}\u201d`, close.reply_code !== null && `answered ${close.reply_code}`, close.delay !== undefined && `after ${span(close.delay)}`, close.how === "half" && "half", about.running && close.tcp === "open when the capture ended" ? "still open" : close.tcp), close?.story && h("p", null, oneLine(close.story))),
    fact("Polled", r.polling && join(`${number(r.polling.requests)} requests over HTTP`, `${number(r.polling.client)} messages sent, ${number(r.polling.server)} received`, r.polling.failed && `${number(r.polling.failed)} failed`, "on " + r.polling.connections.map(address).join(", "))),
    fact("Before", r.reconnects && h("a", { href: "#flow=" + r.reconnects }, `flow ${r.reconnects} ended abnormally`)));
}

function headers(title, list) {
  if (!list?.length) return null;
  return h("details", { class: "headers" }, h("summary", null, `${title} (${list.length})`),
    h("dl", null, list.map(([name, value]) => [h("dt", null, oneLine(name)), h("dd", null, oneLine(value))])));
}

function appFacts(app) {
  if (!app) return null;
  const names = (app.names || []).slice(0, 12).map((n) => oneLine([n.kind, n.name].filter(Boolean).join(" ")) + " \u00d7" + number(n.client + n.server));
  return h("p", { class: "dim app" }, "Speaks ", h("b", null, oneLine(app.protocol + (app.version ? " " + app.version : ""))), `: ${plural(app.messages, "message")}`,
    app.errors ? `, ${plural(app.errors, "error")}` : "", app.unanswered ? `, ${plural(app.unanswered, "request")} unanswered` : "", names.length ? ". " + names.join(", ") : "");
}

// keysHint says how a connection that could not be opened can be.
const keysHint = (record) => record.pickup === "encrypted" && h("p", { class: "hint" }, "This connection could not be opened: its TLS secrets are not at hand. ",
  h("code", null, "wscope keys"), " says how to get them from a browser, a server or a program; then ", h("code", null, "wscope report --keylog keys.txt \u2026"), " shows what was said.");

// flowView makes the page of one flow. It reads the flow's messages first. beside gives the flow some places after another,
// home the address of the list; changed is told what of the conversation is looked at.
async function flowView(flow, { beside, home, changed }) {
  const messages = await readMessages(flow);
  let items = talkItems(flow, messages);
  const conversation = talk(flow, items, changed);
  const show = (item) => { conversation.go(item); conversation.section.scrollIntoView({ block: "nearest" }); };
  const link = (step, text) => {
    const other = beside(flow, step);
    return h("a", { href: other ? "#flow=" + other.number : null, "aria-disabled": other ? null : "true", class: "button" }, text);
  };
  const left = h("div"), facts = h("div"), charts = h("div");

  function drawFacts() {
    const { left: gone, bare, short } = flow.page;
    refill(left, (gone || bare || short) && h("ul", { class: "remarks" },
      gone ? h("li", null, leftSentence(gone)) : null,
      bare ? h("li", null, `The payloads of ${plural(bare, "message")} of this flow were left out of the page.`) : null,
      short ? h("li", null, `${plural(short, "payload")} of this flow cut to the first ${size(about.limits.message)}.`) : null));
    const open = [...facts.querySelectorAll("details")].map((d) => d.open);
    refill(facts, keysHint(flow.record), flowFacts(flow.record), appFacts(flow.record.app),
      headers("Request headers", flow.record.http?.request_headers), headers("Response headers", flow.record.http?.response_headers),
      findingsList(flow, (f) => { const item = items.find((i) => i.kind === "finding" && i.rule === f.rule && i.from === f.from); if (item) show(item); }));
    facts.querySelectorAll("details").forEach((d, i) => { d.open = Boolean(open[i]); });
  }

  function drawCharts() {
    const both = [rttChart(flow, messages), sizeChart(messages)].filter(Boolean);
    refill(charts, messages.length > 0 && timeline(flow, items, show), both.length > 0 && h("div", { class: "charts" }, both));
  }

  drawFacts();
  drawCharts();
  const element = h("article", { class: "flow", "data-flow": flow.number },
    h("nav", { "aria-label": "Flows" }, h("a", { href: home, class: "button" }, "\u2190 All flows"), link(-1, "Previous"), link(1, "Next")),
    h("h2", { tabindex: -1 }, `Flow ${flow.number} `, h("span", { class: "target" }, oneLine(flow.target))),
    left, facts, charts, conversation.section);
  return {
    element,
    draw(at) { conversation.draw(at); },
    go(n) { const item = messages.find((m) => m.number === n); if (item) conversation.go(item); },
    print: conversation.print,
    last: () => messages.at(-1)?.number || 0,
    // update takes the flow as it is by now, and the messages that have come; of all of them the latest stay.
    update(fresh, more, most) {
      Object.assign(flow, fresh);
      messages.push(...more);
      messages.splice(0, messages.length - most);
      flow.page = { ...flow.page, left: messages.length ? messages.at(-1).number - messages.length : 0 };
      items = talkItems(flow, messages);
      if (!facts.contains(document.activeElement) && !facts.matches(":hover")) drawFacts();
      if (!charts.matches(":hover")) drawCharts();
      conversation.update(items);
    },
  };
}
