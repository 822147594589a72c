// flowtable.js: all flows, sorted, searched and filtered.

const columns = [
  { id: "number", title: "#", numeric: true, of: (f) => f.number, cell: (f) => h("a", { href: "#flow=" + f.number }, f.number) },
  { id: "start", title: "Start", numeric: true, wide: true, of: (f) => f.start, cell: (f) => moment(epoch, f.start, 3).clock },
  { id: "client", title: "Client", wide: true, of: (f) => f.client, cell: (f) => f.record.real_client ? f.record.real_client + " via " + f.client : f.client },
  { id: "target", title: "Asked for", of: (f) => f.target, cell: targetCell },
  { id: "state", title: "Upgrade", wide: true, of: (f) => f.state, cell: (f) => h("span", { class: "state " + f.state }, f.state) },
  { id: "sent", title: "Client sent", numeric: true, of: (f) => f.sent, cell: (f) => h("span", { class: "client" }, counted(f, f.sent)) },
  { id: "received", title: "Server sent", numeric: true, of: (f) => f.received, cell: (f) => h("span", { class: "server" }, counted(f, f.received)) },
  { id: "bytes", title: "Bytes", tip: "of frames, as they were sent", numeric: true, wide: true, of: (f) => f.bytes, cell: (f) => (f.bytes === undefined ? "" : size(f.bytes)) },
  { id: "duration", title: "Lasted", numeric: true, wide: true, of: (f) => f.record.duration, cell: (f) => span(f.record.duration) },
  { id: "ending", title: "How it ended", wide: true, of: (f) => (f.abnormal ? "0" : "1") + f.ending, cell: endingCell },
  { id: "findings", title: "Findings", of: (f) => (f.worst < 0 ? 0 : 1e6 - f.worst * 1e5 + f.record.findings.length), cell: findingMarks },
];

function findingMarks(f) {
  return severities.map((severity) => {
    const n = f.record.findings.filter((x) => x.severity === severity).length;
    return n ? h("span", { class: "chip " + severity, title: plural(n, severity) }, severityMarks[severity] + n) : null;
  });
}

// targetCell shows the end of a path where there is no room for all of it: it often says more than its beginning.
function targetCell(f) {
  const [scheme, rest] = f.target.split(/(?<=^wss?:\/\/)/);
  const query = rest.search(/[?#]/), path = query < 0 ? rest : rest.slice(0, query);
  const cut = Math.max(path.indexOf("/"), path.length - 18, 0);
  return h("span", { class: "whole", title: oneLine(f.target) }, h("span", { class: "scheme" }, scheme), h("span", { class: "head" }, oneLine(path.slice(0, cut))),
    h("span", { class: "tail" }, oneLine(path.slice(cut))), query >= 0 && h("span", { class: "query" }, oneLine(rest.slice(query))));
}

// endingCell is the code or how, and for what ended otherwise than in good order its story.
function endingCell(f) {
  const { close, pickup, http } = f.record;
  const half = close?.how === "half" && close.code !== null ? ", half" : "";
  const short = f.ending ? (codeNames[f.ending] ? f.ending : endingText(f.ending)) + half : pickup === "rejected" && http?.status ? "HTTP " + http.status : "";
  const story = oneLine(f.abnormal && close?.story || wrong(f.record));
  return h("span", { class: f.abnormal ? "abnormal" : null, title: story || (f.ending ? endingText(f.ending) + half : "") }, h("b", null, short), story && h("span", { class: "story" }, " " + story));
}

const rowHeight = 30;

// trouble orders flows by what is worth a look: those that ended otherwise than in good order, then those with findings.
const trouble = (f) => (f.abnormal ? 0 : 4) + (f.worst < 0 ? 3 : f.worst);

// flowTable makes the table. flows may change later: update shows them as they are then.
function flowTable(flows) {
  const wanted = { q: "", re: "", state: "", ending: "", severity: "", rule: "" };
  const order = { column: null, down: false }; // no column is by trouble
  let shownFlows = flows, match = matcher("", false);

  const search = h("input", { type: "search", placeholder: "Search host, path, address, rule, story\u2026", "aria-label": "Search flows", oninput: later(60, () => { wanted.q = search.value.trim(); changed(); }) });
  const regex = toggle(".*", "Regular expression", false, (on) => { wanted.re = on ? "1" : ""; changed(); });
  const select = (name, label, options) => choice(label, options, (v) => { wanted[name] = v; changed(); });
  const selects = {
    state: select("state", "Upgrade", [["", "any upgrade"]]), ending: select("ending", "Ending", [["", "any ending"]]),
    severity: select("severity", "Findings", [["", "any findings"], ["0", "errors"], ["1", "errors or warnings"], ["2", "some finding"], ["none", "no finding"]]),
    rule: select("rule", "Rule", [["", "any rule"]]),
  };
  const clear = h("button", { type: "button", class: "clear", onclick: () => show("", {}) }, "Clear");
  const again = h("button", { type: "button", hidden: true, onclick: () => apply() }, "Sort again");
  const count = h("output", { "aria-live": "polite" });

  const heads = columns.map((column) => h("th", { scope: "col", class: cellClass(column) },
    h("button", { type: "button", title: column.tip, onclick: () => sortBy(column) }, column.title, h("i", { "aria-hidden": "true" }))));
  const body = h("tbody");
  const table = h("table", { class: "flows", "aria-label": "Flows" }, h("thead", null, h("tr", { "aria-rowindex": 1 }, heads)), body);
  const view = h("div", { class: "view scroll", tabindex: 0, role: "region", "aria-label": "Table of flows" }, table);
  const none = h("p", { class: "none", hidden: true }, "No flow matches.");

  const list = virtual(view, body, rowHeight, () => {
    const cell = h("td"); // spanning columns would bring back those that a narrow screen hides
    const row = h("tr", { class: "spacer", "aria-hidden": "true" }, cell);
    return { element: row, height(n) { cell.style.height = n + "px"; row.hidden = n === 0; } };
  }, (i) => {
    const flow = shownFlows[i];
    return Object.assign(h("tr", { "aria-rowindex": i + 2, "data-flow": flow.number, onclick: (e) => { if (!e.target.closest("a") && !getSelection().toString()) location.hash = "flow=" + flow.number; } },
      columns.map((column) => h("td", { class: cellClass(column) }, column.cell(flow)))), { item: flow });
  });

  function cellClass(column) {
    return ["c-" + column.id, column.numeric && "n", column.wide && "wide"].filter(Boolean).join(" ");
  }

  function sortBy(column) {
    order.down = order.column === column ? !order.down : Boolean(column.numeric && column.id !== "number" && column.id !== "start") || column.id === "findings";
    order.column = column;
    changed();
  }

  function matches(flow) {
    if (wanted.q && !(wanted.re ? match.test(flow.words) : words.every((word) => flow.words.includes(word)))) return false;
    if (wanted.state && flow.state !== wanted.state) return false;
    if (wanted.ending && flow.ending !== wanted.ending) return false;
    if (wanted.rule && !flow.record.findings.some((f) => f.rule === wanted.rule)) return false;
    if (wanted.severity === "none") return flow.worst < 0;
    return wanted.severity === "" || flow.worst >= 0 && flow.worst <= Number(wanted.severity);
  }
  let words = [];

  // offer fills the choices by what there is.
  function offer() {
    const kinds = (of) => [...new Set(flows.map(of).filter(Boolean))].sort().slice(0, 200);
    selects.state.offer([["", "any upgrade"], ...kinds((f) => f.state).map((v) => [v, v])]);
    selects.ending.offer([["", "any ending"], ...kinds((f) => f.ending).map((v) => [v, endingText(v)])]);
    selects.rule.offer([["", "any rule"], ...(about.summary.findings || []).map((f) => [f.rule, f.rule])]);
    selects.rule.hidden = selects.severity.hidden = selects.rule.length === 1;
    table.classList.toggle("clean", !flows.some((f) => f.worst >= 0)); // the story has the empty column's place
  }

  const byOrder = () => {
    const { column, down } = order;
    if (!column) return (a, b) => trouble(a) - trouble(b) || a.number - b.number;
    const sign = down ? -1 : 1;
    const compare = column.numeric || column.id === "findings" ? (a, b) => a - b : (a, b) => (a < b ? -1 : a > b ? 1 : 0);
    return (a, b) => sign * compare(column.of(a) ?? -1, column.of(b) ?? -1) || a.number - b.number;
  };

  function say() {
    table.setAttribute("aria-rowcount", shownFlows.length + 1);
    const filtered = shownFlows.length !== flows.length;
    count.textContent = match.error || (filtered ? `${number(shownFlows.length)} of ${plural(flows.length, "flow")}` : plural(flows.length, "flow"));
    none.hidden = shownFlows.length > 0;
    view.hidden = shownFlows.length === 0;
  }

  function apply() {
    match = wanted.re ? matcher(wanted.q, true) : matcher("", false);
    words = wanted.q.toLowerCase().split(/\s+/);
    shownFlows = flows.filter(matches).sort(byOrder());
    heads.forEach((head, i) => head.setAttribute("aria-sort", columns[i] !== order.column ? "none" : order.down ? "descending" : "ascending"));
    clear.hidden = !Object.values(wanted).some(Boolean);
    view.scrollTop = 0;
    say();
    list.reset(shownFlows.length);
  }

  function changed() {
    apply();
    note(state());
  }

  // state is what is chosen, for the address.
  const state = () => ({ ...wanted, sort: order.column?.id, down: order.down });

  // use takes what the address says.
  function use(at) {
    offer();
    for (const key of Object.keys(wanted)) wanted[key] = at.get(key) || "";
    search.value = wanted.q;
    regex.set(Boolean(wanted.re));
    for (const [key, select] of Object.entries(selects)) {
      select.value = wanted[key];
      if (select.selectedIndex < 0) wanted[key] = select.value = "";
    }
    order.column = columns.find((c) => c.id === at.get("sort")) || null;
    order.down = Boolean(at.get("down"));
    apply();
  }

  // show sets the search and the filters, and goes to the table.
  function show(text, filters) {
    const at = new URLSearchParams({ q: text, ...filters });
    if (order.column) at.set("sort", order.column.id);
    if (order.down) at.set("down", "1");
    use(at);
    note(state());
    section.scrollIntoView({ block: "start" });
  }

  // update shows the flows as they are by now. Rows keep their places, and new ones come after them (before them where the
  // newest are first), so that nothing jumps under the reader; Sort again brings them into order.
  function update() {
    offer();
    const [first, over] = list.first(), seen = shownFlows[first]?.number;
    const now = new Map(flows.filter(matches).map((f) => [f.number, f]));
    const kept = [];
    for (const f of shownFlows) {
      const fresh = now.get(f.number);
      if (!fresh) continue;
      kept.push(fresh);
      now.delete(f.number);
    }
    const fresh = [...now.values()].sort((a, b) => a.number - b.number);
    shownFlows = order.down && (order.column.id === "number" || order.column.id === "start") ? fresh.reverse().concat(kept) : kept.concat(fresh);
    again.hidden = false;
    say();
    list.update(shownFlows.length, (i, row) => row.item === shownFlows[i]);
    const at = shownFlows.findIndex((f) => f.number === seen);
    if (view.scrollTop > 0 && at >= 0 && at !== first) view.scrollTop = at * rowHeight + over;
  }

  const section = h("section", { id: "flows" }, h("h2", null, "Flows"),
    h("div", { class: "tools", role: "search", "aria-label": "Flows" }, search, regex, Object.values(selects), clear, again, count), view, none);
  return {
    section, show, use, update, state,
    print: (on) => list.expand(on ? 500 : 0),
    // beside is the flow some places after another, in the order shown.
    beside(flow, step) { const i = shownFlows.findIndex((f) => f.number === flow.number); return i < 0 ? undefined : shownFlows[i + step]; },
  };
}
