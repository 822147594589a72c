// findings.js: what there is to tell, what the rule says, and the packet to look at.

const firstRules = 8; // shown until the reader wants all

// rulesTable is the capture's findings by rule; picking one shows its flows.
function rulesTable(findings, pick) {
  if (!findings?.length) return null;
  const rows = findings.map((f, i) => h("tr", { class: i >= firstRules ? "later" : null },
    h("td", null, severityChip(f.severity)),
    h("td", null, h("button", { type: "button", class: "link", onclick: () => pick("", { rule: f.rule }), title: "Show these flows" }, f.rule)),
    h("td", { class: "says" }, sentences.get(f.rule) || ""), h("td", { class: "rfc" }, f.rfc || ""),
    h("td", { class: "n" }, number(f.flows)), h("td", { class: "n" }, number(f.count))));
  const heads = ["Severity", "Rule", "What it says", "By", "Flows", "Times"];
  const table = h("table", { class: "rules" }, h("thead", null, h("tr", null, heads.map((t, i) => h("th", { scope: "col", class: i > 3 ? "n" : t === "By" ? "by" : null }, t)))), h("tbody", null, rows));
  const all = h("button", { type: "button", class: "link all", onclick: () => { table.classList.add("whole"); all.remove(); } }, `Show all ${findings.length} rules`);
  return h("section", null, h("h2", null, "Findings"), h("div", { class: "scroll" }, table), findings.length > firstRules && all);
}

// packetPlace names a packet, in Wireshark's words when it is pointed at.
const packetPlace = (packet, file) =>
  h("span", { class: "packet", title: `Wireshark: frame.number == ${packet}` + (file ? ` in ${oneLine(file)}` : "") },
    `packet ${packet}` + (file ? " of " + oneLine(baseName(file)) : ""));

function findingsList(flow, show) {
  const list = flow.record.findings;
  if (!list.length) return null;
  return h("section", { class: "findings" }, h("h3", null, plural(list.length, "finding")), h("ul", null, list.map((f) => h("li", { class: f.severity },
    severityChip(f.severity), " ", h("b", null, f.rule), f.from && h("span", { class: f.from }, " by the " + f.from),
    f.count > 1 && h("span", { class: "dim" }, ` ${number(f.count)} times, first`), " ",
    f.packet ? h("button", { type: "button", class: "link", title: "Show where it is in the conversation", onclick: () => show(f) }, packetPlace(f.packet, f.file)) : "",
    h("p", null, oneLine(f.detail)),
    h("p", { class: "dim" }, "The rule: ", sentences.get(f.rule) || "", f.rfc && ` (${f.rfc})`)))));
}
