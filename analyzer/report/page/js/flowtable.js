// flowtable.js: all flows, sorted, searched and filtered.

const columns = [
  { id: "number", title: "#", numeric: true, of: (f) => f.number, cell: (f) => h("a", { href: "#flow=" + f.number }, f.number) },
  { id: "start", title: "Start", numeric: true, wide: true, of: (f) => f.start, cell: (f) => moment(epoch, f.start, 3).clock },
  { id: "client", title: "Client", wide: true, of: (f) => f.client, cell: (f) => f.record.real_client ? f.record.real_client + " via " + f.client : f.client },
  { id: "target", title: "Asked for", of: (f) => f.target, cell: targetCell },
  { id: "state", title: "Upgrade", wide: true, of: (f) => f.state, cell: (f) => h("span", { class: "state " + f.state }, f.state) },
  { id: "sent", title: "Client sent", numeric: true, of: (f) => f.sent, cell: (f) => h("span", { class: "client" }, counted(f, f.sent)) },
  { id: "received", title: "Server sent", numeric: true, of: (f) => f.received, cell: (f) => h("span", { class: "server" }, counted(f, f.received)) },
  { id: "bytes", title: "Bytes", numeric: true, wide: true, of: (f) => f.bytes, cell: (f) => (f.bytes === undefined ? "" : size(f.bytes)) },
  { id: "duration", title: "Lasted", numeric: true, wide: true, of: (f) => f.record.duration, cell: (f) => span(f.record.duration) },
  { id: "ending", title: "Ended", wide: true, of: (f) => f.ending, cell: endingCell },
  { id: "findings", title: "Findings", of: (f) => (f.worst < 0 ? 0 : 1e6 - f.worst * 1e5 + f.record.findings.length), cell: findingMarks },
];

function findingMarks(f) {
  return severities.map((severity) => {
    const n = f.record.findings.filter((x) => x.severity === severity).length;
    return n ? h("span", { class: "chip " + severity, title: plural(n, severity) }, severityMarks[severity] + n) : null;
  });
}

function targetCell(f) {
  const [scheme, rest] = f.target.split(/(?<=^wss?:\/\/)/);
  return [h("span", { class: "scheme" }, scheme), oneLine(rest)];
}

function endingCell(f) {
  if (f.ending) {
    const half = f.record.close.how === "half" && f.record.close.code !== null ? ", half" : "";
    return h("span", { title: endingText(f.ending) + half }, (codeNames[f.ending] ? f.ending : endingText(f.ending)) + half);
  }
  return f.record.pickup === "rejected" && f.record.http?.status ? "HTTP " + f.record.http.status : "";
}

const rowHeight = 30;

function flowTable(flows) {
  const wanted = { text: "", state: "", ending: "", severity: "", rule: "" };
  const order = { column: columns[0], down: false };
  let shownFlows = flows;

  const search = h("input", { type: "search", placeholder: "Search host, path, address, rule…", "aria-label": "Search flows", oninput: later(60, () => { wanted.text = search.value.trim().toLowerCase(); apply(); }) });
  const kinds = (of) => [...new Set(flows.map(of).filter(Boolean))].sort().slice(0, 200).map((v) => [v, v]);
  const selects = {
    state: choice("Upgrade", [["", "any upgrade"], ...kinds((f) => f.state)], (v) => { wanted.state = v; apply(); }),
    ending: choice("Ending", [["", "any ending"], ...kinds((f) => f.ending).map(([v]) => [v, endingText(v)])], (v) => { wanted.ending = v; apply(); }),
    severity: choice("Findings", [["", "any findings"], ["0", "errors"], ["1", "errors or warnings"], ["2", "some finding"], ["none", "no finding"]], (v) => { wanted.severity = v; apply(); }),
    rule: choice("Rule", [["", "any rule"], ...(about.summary.findings || []).map((f) => [f.rule, f.rule])], (v) => { wanted.rule = v; apply(); }),
  };
  if (selects.rule.length === 1) selects.rule.hidden = selects.severity.hidden = true;
  const clear = h("button", { type: "button", onclick: () => show("", {}) }, "Clear");
  const count = h("output", { "aria-live": "polite" });

  const heads = columns.map((column) => h("th", { scope: "col", class: cellClass(column) },
    h("button", { type: "button", onclick: () => sortBy(column) }, column.title, h("i", { "aria-hidden": "true" }))));
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
    return h("tr", { "aria-rowindex": i + 2, "data-flow": flow.number, onclick: (e) => { if (!e.target.closest("a") && !getSelection().toString()) location.hash = "flow=" + flow.number; } },
      columns.map((column) => h("td", { class: cellClass(column) }, column.cell(flow))));
  });

  function cellClass(column) {
    return ["c-" + column.id, column.numeric && "n", column.wide && "wide"].filter(Boolean).join(" ");
  }

  function sortBy(column) {
    order.down = order.column === column ? !order.down : Boolean(column.numeric && column.id !== "number" && column.id !== "start") || column.id === "findings";
    order.column = column;
    apply();
  }

  function matches(flow) {
    if (wanted.text && !wanted.text.split(/\s+/).every((word) => flow.words.includes(word))) return false;
    if (wanted.state && flow.state !== wanted.state) return false;
    if (wanted.ending && flow.ending !== wanted.ending) return false;
    if (wanted.rule && !flow.record.findings.some((f) => f.rule === wanted.rule)) return false;
    if (wanted.severity === "none") return flow.worst < 0;
    return wanted.severity === "" || flow.worst >= 0 && flow.worst <= Number(wanted.severity);
  }

  function apply() {
    const { column, down } = order;
    shownFlows = flows.filter(matches);
    const sign = down ? -1 : 1;
    const compare = column.numeric || column.id === "findings" ? (a, b) => a - b : (a, b) => (a < b ? -1 : a > b ? 1 : 0);
    shownFlows.sort((a, b) => sign * compare(column.of(a), column.of(b)) || a.number - b.number);
    heads.forEach((head, i) => head.setAttribute("aria-sort", columns[i] !== column ? "none" : down ? "descending" : "ascending"));
    table.setAttribute("aria-rowcount", shownFlows.length + 1);
    const filtered = shownFlows.length !== flows.length;
    count.textContent = filtered ? `${number(shownFlows.length)} of ${plural(flows.length, "flow")}` : plural(flows.length, "flow");
    clear.hidden = !Object.values(wanted).some(Boolean);
    none.hidden = shownFlows.length > 0;
    view.hidden = shownFlows.length === 0;
    view.scrollTop = 0;
    list.reset(shownFlows.length);
  }

  // show sets the search and the filters, and goes to the table.
  function show(text, filters) {
    wanted.text = text.toLowerCase();
    search.value = text;
    for (const [key, select] of Object.entries(selects)) {
      wanted[key] = filters[key] || "";
      select.value = wanted[key];
      if (select.value !== wanted[key]) wanted[key] = select.value = "";
    }
    apply();
    section.scrollIntoView({ block: "start" });
  }

  const section = h("section", { id: "flows" }, h("h2", null, "Flows"),
    h("div", { class: "tools", role: "search" }, search, Object.values(selects), clear, count), view, none);
  return {
    section, show, draw: apply,
    print: (on) => list.expand(on ? 500 : 0),
    // beside is the flow some places after another, in the order shown.
    beside(flow, step) { const i = shownFlows.indexOf(flow); return i < 0 ? undefined : shownFlows[i + step]; },
  };
}
