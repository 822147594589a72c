// talk.js: the conversation: every message with gaps, findings and the end in their places, a
// line each, and beside it the one that is looked at.

const lineHeight = 26;

// talkItems joins a flow's messages with its gaps, its findings and its end, by time.
function talkItems(flow, messages) {
  const items = [...messages];
  const rank = (i) => (i.kind === "end" ? 2 : i.kind === "finding" ? 1 : 0);
  for (const f of flow.record.findings) items.push({ kind: "finding", ...f, time: since(instant(f.time), epoch) });
  for (const g of flow.page.gaps || []) items.push({ kind: "gap", ...g, time: since(instant(g.time), epoch) });
  items.push({ kind: "end", time: flow.end, close: flow.record.close, record: flow.record });
  return items.sort((a, b) => a.time - b.time || rank(a) - rank(b) || (a.number || 0) - (b.number || 0));
}

const gapReasons = { lost: "the capture lacks the packets", cut: "packets were cut when captured", before: "the capture begins inside", limit: "too much waited for it" };

function eventLine(e) {
  if (e.kind === "finding") return `${e.rule}: ${oneLine(e.detail)}`;
  if (e.kind === "gap") return `${e.bytes < 0 ? "bytes" : plural(e.bytes, "byte")} of the ${e.from} missing: ${gapReasons[e.why] || e.why}`;
  if (!e.close) return e.record.pickup === "rejected" ? `refused with HTTP ${e.record.http?.status || ""}` : "the end";
  return oneLine(e.close.story || `the end: ${e.close.tcp || e.close.how}`);
}

function talk(flow, items, chosen) {
  const wanted = { text: "", type: "", from: "" };
  let list = items, at = -1, hits = [];

  const search = h("input", { type: "search", placeholder: "Find in payloads…", "aria-label": "Find in payloads",
    oninput: later(120, find), onkeydown: (e) => { if (e.key === "Enter") { e.preventDefault(); step(e.shiftKey ? -1 : 1); } } });
  const hitCount = h("output", { "aria-live": "polite" });
  const before = h("button", { type: "button", "aria-label": "Previous match", onclick: () => step(-1) }, "\u2191");
  const after = h("button", { type: "button", "aria-label": "Next match", onclick: () => step(1) }, "\u2193");
  const type = choice("Show", [["", "everything"], ["data", "text and binary"], ["text", "text"], ["binary", "binary"], ["control", "ping, pong, close"], ["finding", "findings, gaps, end"]], (v) => { wanted.type = v; apply(); });
  const from = choice("From", [["", "both sides"], ["client", "client"], ["server", "server"]], (v) => { wanted.from = v; apply(); });

  const body = h("div", { class: "lines", role: "listbox", tabindex: 0, "aria-label": "Conversation", onkeydown: move });
  const view = h("div", { class: "view" }, body);
  const detail = h("section", { class: "detail", "aria-label": "Message" }, h("p", { class: "dim" }, "Choose a line to look at it."));
  const lines = virtual(view, body, lineHeight, () => {
    const element = h("div", { "aria-hidden": "true" });
    return { element, height(n) { element.style.height = n + "px"; } };
  }, makeLine);

  function makeLine(i) {
    const m = list[i], previous = list[i - 1];
    const common = { id: "line-" + i, role: "option", "aria-selected": String(i === at), "aria-setsize": list.length, "aria-posinset": i + 1, onclick: () => choose(i, false) };
    const times = [h("span", { class: "t" }, relative(m.time - flow.start)), h("span", { class: "gone" }, previous ? span((m.time - previous.time) / 1e9) : "")];
    if (m.kind !== "message") {
      const mark = m.kind === "finding" ? severityMarks[m.severity] : m.kind === "gap" ? "\u25a8" : "\u25a0";
      return h("div", { class: "line event " + (m.severity || m.kind), ...common }, times, h("span", { class: "who" }, mark), h("span", { class: "said" }, eventLine(m)));
    }
    return h("div", { class: `line ${m.from} ${m.type}`, ...common, "data-message": m.number }, times,
      h("span", { class: "who", title: m.from }, m.from === "client" ? "\u2192" : "\u2190"),
      h("span", { class: "type" }, m.type), h("span", { class: "size" }, size(m.length)),
      h("span", { class: "said" + (m.type === "binary" && !m.app?.gist ? " bytes" : "") }, m.app && h("span", { class: "dim" }, oneLine([m.app.kind, m.app.name, m.app.id && "#" + m.app.id, answerWords(m.app)].filter(Boolean).join(" ")) + " "), m.flag & flags.incomplete ? h("b", { class: "warning", title: "not whole" }, "\u2026 ") : "", found(preview(m), wanted.text)));
  }

  function fits(m) {
    if (wanted.from && m.from !== wanted.from) return false;
    switch (wanted.type) {
      case "": return true;
      case "data": return m.type === "text" || m.type === "binary";
      case "control": return m.type === "ping" || m.type === "pong" || m.type === "close";
      case "finding": return m.kind !== "message";
    }
    return m.type === wanted.type;
  }

  function apply() {
    const current = list[at];
    list = wanted.type || wanted.from ? items.filter(fits) : items;
    at = list.indexOf(current);
    view.style.height = Math.min(Math.max(list.length, 4) * lineHeight + 2, 574) + "px";
    lines.reset(list.length);
    find();
  }

  function find() {
    wanted.text = search.value.toLowerCase();
    hits = [];
    if (wanted.text) list.forEach((m, i) => {
      const text = m.kind === "message" ? preview(m) + "\n" + searchable(m) : eventLine(m);
      if (text.toLowerCase().includes(wanted.text)) hits.push(i);
    });
    before.disabled = after.disabled = !hits.length;
    hitCount.textContent = wanted.text ? `${number(hits.length)} of ${plural(list.length, "line")}` : plural(list.length, "line");
    lines.reset(list.length);
    if (hits.length) step(0);
  }

  // step goes to the next hit, the one before, or (0) the first from here.
  function step(way) {
    if (!hits.length) return;
    let next = way < 0 ? hits.findLast((i) => i < at) : hits.find((i) => (way ? i > at : i >= at));
    if (next === undefined) next = way < 0 ? hits[hits.length - 1] : hits[0];
    choose(next, true);
  }

  function choose(i, middle, quietly) {
    if (i < 0 || i >= list.length) return;
    const old = at;
    at = i;
    lines.again(old);
    lines.again(i);
    lines.reveal(i, middle);
    body.setAttribute("aria-activedescendant", "line-" + i);
    refill(detail, messageView(flow, list[i], wanted.text));
    if (!quietly) chosen(list[i]);
  }

  function move(e) {
    const page = Math.max(1, Math.floor(view.clientHeight / lineHeight) - 1);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, PageDown: at + page, PageUp: at - page, Home: 0, End: list.length - 1 }[e.key];
    if (to === undefined) return;
    e.preventDefault();
    choose(Math.min(Math.max(to, 0), list.length - 1), false);
  }

  const section = h("section", { class: "talk" }, h("h3", null, "Conversation"),
    h("div", { class: "tools", role: "search" }, search, before, after, type, from, hitCount),
    h("div", { class: "both" }, view, detail));
  return {
    section,
    // draw is for when the section is in the page.
    draw() { apply(); choose(0, false, true); },
    // go looks at an item, wherever it is.
    go(item) {
      if (!list.includes(item)) { type.value = from.value = wanted.type = wanted.from = ""; apply(); }
      choose(list.indexOf(item), true);
    },
    print(on) { lines.expand(on ? 1000 : 0); },
  };
}
