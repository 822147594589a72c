// payload.js: one message in full: as text, as JSON, as bytes.

function hexDump(bytes) {
  const lines = [];
  for (let at = 0; at < bytes.length; at += 16) {
    const row = bytes.subarray(at, at + 16);
    let hex = "", text = "";
    for (let i = 0; i < 16; i++) {
      hex += (i === 8 ? "  " : " ") + (i < row.length ? row[i].toString(16).padStart(2, "0") : "  ");
      if (i < row.length) text += row[i] >= 0x20 && row[i] < 0x7f ? String.fromCharCode(row[i]) : "\u00b7";
    }
    lines.push(at.toString(16).padStart(8, "0") + " " + hex + "  " + text);
  }
  return lines.join("\n");
}

// parsed is a text's value where it is JSON.
function parsed(m) {
  if (m.flag & (flags.base64 | flags.left)) return undefined;
  const text = m.data.replace(/^\d{1,6}(?=[[{])/, ""); // Engine.IO and Socket.IO put digits before
  if (!/^\s*[[{"]/.test(text)) return undefined;
  try { return JSON.parse(text); } catch { return undefined; }
}

// messageFacts is a line of what is known of a message besides its payload.
function messageFacts(flow, m) {
  const at = moment(epoch, m.time, 9);
  const facts = [`${at.date} ${at.clock} UTC`, relative(m.time - flow.start) + " s", packetPlace(m.packet, m.file)];
  if (m.end > m.time) facts.push("took " + span((m.end - m.time) / 1e9));
  facts.push(plural(m.length, "byte"));
  if (m.flag & flags.compressed) facts.push(`compressed to ${number(m.payloadBytes)}`);
  if (m.frames !== 1) facts.push(plural(m.frames, "frame"));
  if (m.flag & flags.incomplete) facts.push(h("b", { class: "warning" }, "not whole: bytes are missing from the capture"));
  if (m.flag & flags.cut) facts.push(h("b", { class: "warning" }, "cut by --max-message"));
  if (m.flag & flags.stalled) facts.push("TCP waited for a lost segment inside it");
  if (m.flag & flags.short) facts.push(`the page holds its first ${size(about.limits.message)}`);
  return facts.flatMap((f, i) => (i ? [" \u00b7 ", f] : [f]));
}

// messageView shows one message; it remembers which way the reader likes to look.
let likedView = "";

// viewsOf are the ways to look at a message: what each draws, and the text that it copies.
function viewsOf(m, wanted) {
  const views = {};
  if (!m.data) return views; // it is empty, or left out
  const value = parsed(m);
  if (value !== undefined) views.JSON = { draw: () => jsonTree(value), copy: () => JSON.stringify(value, null, 2) };
  const utf8 = () => new TextDecoder().decode(payload(m));
  if (!(m.flag & flags.base64)) views.Text = { draw: () => h("pre", { class: "text" }, found(visible(m.data), wanted)), copy: () => m.data };
  views.Hex = { draw: () => h("pre", { class: "hex" }, hexDump(payload(m))), copy: () => Array.from(payload(m), (b) => b.toString(16).padStart(2, "0")).join("") };
  if (m.flag & flags.base64) {
    views.Base64 = { draw: () => h("pre", { class: "text" }, m.data), copy: () => m.data };
    views["UTF-8"] = { draw: () => h("pre", { class: "text" }, found(visible(utf8()), wanted)), copy: utf8 };
  }
  return views;
}

function messageView(flow, m, wanted) {
  if (m.kind !== "message") return eventView(flow, m);
  const views = viewsOf(m, wanted);
  const names = Object.keys(views);
  let now = "";
  const room = h("div", { class: "payload", role: "tabpanel", tabindex: 0, "aria-label": "Payload" });
  const tabs = names.map((name) => h("button", { type: "button", role: "tab", onclick: () => look(name, true) }, name));
  function look(name, liked) {
    if (liked) likedView = name;
    now = name;
    tabs.forEach((tab, i) => {
      tab.setAttribute("aria-selected", String(names[i] === name));
      tab.tabIndex = names[i] === name ? 0 : -1;
    });
    refill(room, views[name].draw());
  }
  const turn = (e) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[e.key];
    if (!step) return;
    e.preventDefault();
    const next = (tabs.indexOf(document.activeElement) + step + tabs.length) % tabs.length;
    look(names[next], true);
    tabs[next].focus();
  };
  if (m.flag & flags.left) refill(room, h("p", { class: "dim" }, "The page's budget left this payload out. ", h("code", null, `wscope messages --flow ${flow.number}`), " gives all of it."));
  else if (!names.length) refill(room, h("p", { class: "dim" }, "Empty."));
  else look(names.includes(likedView) ? likedView : names[0], false);
  return [
    h("div", { class: "facts" },
      h("p", null, h("b", { class: m.from }, `#${m.number} ${m.from} ${m.type}`),
        m.type === "close" && h("b", null, " " + preview(m)),
        m.app && h("span", { class: "dim" }, " " + oneLine([m.app.protocol, m.app.kind, m.app.name, m.app.topic, m.app.id && "#" + m.app.id, m.app.error, answerWords(m.app)].filter(Boolean).join(" \u00b7 ")))),
      h("p", { class: "dim" }, messageFacts(flow, m))),
    names.length > 0 && h("div", { class: "tabs" }, h("div", { role: "tablist", "aria-label": "Look at it as", onkeydown: turn }, tabs), copyButton(() => views[now].copy())),
    room,
  ];
}

// copyButton copies the text that text() returns.
function copyButton(text) {
  if (!navigator.clipboard) return null;
  const button = h("button", { type: "button", onclick: async () => {
    try { await navigator.clipboard.writeText(text()); button.textContent = "Copied"; } catch { button.textContent = "Not allowed"; }
    setTimeout(() => { button.textContent = "Copy"; }, 1500);
  } }, "Copy");
  return button;
}

// eventView is what is not a message: a finding, a gap, the end.
function eventView(flow, e) {
  const place = h("p", { class: "dim" }, relative(e.time - flow.start) + " s", e.packet ? [" \u00b7 ", packetPlace(e.packet, e.file)] : "");
  if (e.kind === "finding") {
    return [h("div", { class: "facts" }, h("p", null, severityChip(e.severity), " ", h("b", null, e.rule), e.rfc && h("span", { class: "rfc" }, e.rfc)), place),
      h("div", { class: "payload" }, h("p", null, oneLine(e.detail)), h("p", { class: "dim" }, "The rule: ", sentences.get(e.rule) || ""))];
  }
  return [h("div", { class: "facts" }, h("p", null, h("b", null, eventLine(e))), place)];
}
