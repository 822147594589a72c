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

// talk makes the conversation. flow is what it belongs to; changed(item) is told what is looked at.
function talk(flow, items, changed) {
  const wanted = { type: "", from: "" };
  let list = items, at = -1, hits = [], match = matcher("", false);

  const search = h("input", { type: "search", placeholder: "Find in payloads\u2026", "aria-label": "Find in payloads",
    oninput: later(120, () => { find(true); say(); }), onkeydown: (e) => { if (e.key === "Enter") { e.preventDefault(); step(e.shiftKey ? -1 : 1); } } });
  const regex = toggle(".*", "Regular expression", false, () => { find(true); say(); });
  const only = toggle("Only matches", "Only matches: hide the other lines", false, () => { apply(); say(); });
  const hitCount = h("output", { "aria-live": "polite" });
  const before = h("button", { type: "button", "aria-label": "Previous match", onclick: () => step(-1) }, "\u2191");
  const after = h("button", { type: "button", "aria-label": "Next match", onclick: () => step(1) }, "\u2193");
  const type = choice("Show", [["", "everything"], ["data", "text and binary"], ["text", "text"], ["binary", "binary"], ["control", "ping, pong, close"], ["finding", "findings, gaps, end"]], (v) => { wanted.type = v; apply(); say(); });
  const from = choice("From", [["", "both sides"], ["client", "client"], ["server", "server"]], (v) => { wanted.from = v; apply(); say(); });
  const save = h("button", { type: "button", title: "The messages that the page holds, as wscope messages gives them",
    onclick: () => download(`flow-${flow.number}.jsonl`, items.filter((m) => m.kind === "message").map((m) => messageJSON(flow, m))) }, "Save as JSON lines");

  const body = h("div", { class: "lines", role: "listbox", tabindex: 0, "aria-label": "Conversation", onkeydown: move });
  const view = h("div", { class: "view" }, body);
  const detail = h("section", { class: "detail", "aria-label": "Message" }, h("p", { class: "dim" }, "Choose a line to look at it."));
  const lines = virtual(view, body, lineHeight, () => {
    const element = h("div", { "aria-hidden": "true" });
    return { element, height(n) { element.style.height = n + "px"; } };
  }, (i) => Object.assign(makeLine(i), { item: list[i] }));

  function makeLine(i) {
    const m = list[i], previous = list[i - 1];
    const common = { id: "line-" + i, role: "option", "aria-selected": String(i === at), "aria-setsize": list.length, "aria-posinset": i + 1, onclick: () => choose(list.indexOf(m), false) };
    const times = [h("span", { class: "t" }, relative(m.time - flow.start)), h("span", { class: "gone" }, previous ? span((m.time - previous.time) / 1e9) : "")];
    if (m.kind !== "message") {
      const mark = m.kind === "finding" ? severityMarks[m.severity] : m.kind === "gap" ? "\u25a8" : "\u25a0";
      return h("div", { class: "line event " + (m.severity || m.kind), ...common }, times, h("span", { class: "who" }, mark), h("span", { class: "said" }, found(eventLine(m), match)));
    }
    return h("div", { class: `line ${m.from} ${m.type}`, ...common, "data-message": m.number }, times,
      h("span", { class: "who", title: m.from }, m.from === "client" ? "\u2192" : "\u2190"),
      h("span", { class: "type" }, m.type), h("span", { class: "size" }, size(m.length)),
      h("span", { class: "said" + (m.type === "binary" && !m.app?.gist ? " bytes" : "") }, m.app && h("span", { class: "dim" }, oneLine([m.app.kind, m.app.name, m.app.id && "#" + m.app.id, answerWords(m.app)].filter(Boolean).join(" ")) + " "), m.flag & flags.incomplete ? h("b", { class: "warning", title: "not whole" }, "\u2026 ") : "", found(preview(m), match)));
  }

  function fits(m) {
    if (wanted.from && m.from !== wanted.from) return false;
    if (only.on && match.text && !matches(m)) return false;
    switch (wanted.type) {
      case "": return true;
      case "data": return m.type === "text" || m.type === "binary";
      case "control": return m.type === "ping" || m.type === "pong" || m.type === "close";
      case "finding": return m.kind !== "message";
    }
    return m.type === wanted.type;
  }

  const matches = (m) => match.test(m.kind === "message" ? said(m) : eventLine(m));

  // choosing makes the list anew; what is looked at stays where it is in it.
  function choosing() {
    const current = list[at];
    list = wanted.type || wanted.from || only.on && match.text ? items.filter(fits) : items;
    at = current ? list.findIndex((i) => i === current || i.kind !== "message" && i.kind === current.kind && i.rule === current.rule && i.time === current.time) : -1;
    view.style.height = Math.min(Math.max(list.length, 4) * lineHeight + 2, 574) + "px";
    hits = [];
    if (match.text) list.forEach((m, i) => { if (matches(m)) hits.push(i); });
    before.disabled = after.disabled = !hits.length;
    hitCount.textContent = match.error ? match.error : match.text ? `${number(hits.length)} of ${plural(list.length, "line")}` : plural(list.length, "line");
  }

  function apply() {
    choosing();
    lines.reset(list.length);
  }

  function find(go) {
    match = matcher(search.value, regex.on);
    apply();
    if (go && hits.length) step(0);
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
    refill(detail, messageView(flow, list[i], match));
    if (!quietly) say();
  }

  // say says what is looked at, for the address.
  function say() {
    changed({ message: list[at]?.number, find: match.text, re: match.regex && match.text, only: only.on, type: wanted.type, from: wanted.from });
  }

  function move(e) {
    const page = Math.max(1, Math.floor(view.clientHeight / lineHeight) - 1);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, PageDown: at + page, PageUp: at - page, Home: 0, End: list.length - 1 }[e.key];
    if (to === undefined) return;
    e.preventDefault();
    choose(Math.min(Math.max(to, 0), list.length - 1), false);
  }

  const heading = h("h3", null, "Conversation");
  const section = h("section", { class: "talk" }, heading,
    h("div", { class: "tools", role: "search", "aria-label": "This conversation" }, search, regex, before, after, only, type, from, save, hitCount),
    h("div", { class: "both" }, view, detail),
    h("p", { class: "dim keys" }, "\u2191 \u2193 PgUp PgDn Home End move in the list; Enter goes to the next match, Shift Enter to the one before."));
  return {
    section,
    // draw is for when the section is in the page. at is what the address asks for.
    draw(at) {
      search.value = at.get("find") || "";
      regex.set(Boolean(at.get("re")));
      only.set(Boolean(at.get("only")));
      wanted.type = type.value = at.get("type") || "";
      wanted.from = from.value = at.get("from") || "";
      if (type.selectedIndex < 0) wanted.type = type.value = "";
      if (from.selectedIndex < 0) wanted.from = from.value = "";
      find(false);
      choose(hits.length && !at.get("message") ? hits[0] : 0, false, true);
    },
    // go looks at an item, wherever it is.
    go(item) {
      if (!list.includes(item)) { type.value = from.value = wanted.type = wanted.from = ""; only.set(false); apply(); }
      choose(list.indexOf(item), true);
    },
    // update puts other items in the place of those there are: what is in view stays in view, and who looks at the end
    // goes on looking at it.
    update(fresh) {
      const [first, over] = lines.first(), seen = list[first];
      const atEnd = view.scrollTop + view.clientHeight >= view.scrollHeight - 2 * lineHeight;
      items = fresh;
      choosing();
      lines.update(list.length, (i, element) => {
        element.setAttribute("aria-setsize", list.length);
        return element.item === list[i];
      });
      if (atEnd) lines.reveal(list.length - 1);
      else if (seen && list[first] !== seen && list.includes(seen)) view.scrollTop = list.indexOf(seen) * lineHeight + over;
      if (at >= 0) body.setAttribute("aria-activedescendant", "line-" + at);
    },
    print(on) { lines.expand(on ? 1000 : 0); },
  };
}
