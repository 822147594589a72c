// endings.js: why connections ended, as the summary says it, with flows to look at.

const fewEndings = 6; // shown until the reader wants all

function endingsList(endings) {
  if (!endings?.length) return null;
  const list = h("ol", { class: "endings" }, endings.map((e, i) => h("li", { class: i >= fewEndings ? "later" : null },
    oneLine(e.sentence), " ",
    h("span", { class: "dim" }, (e.examples || []).map((x, n) => [n ? ", " : "", x.flow ? h("a", { href: "#flow=" + x.flow }, `flow ${x.flow}`) : packetPlace(x.packet, x.file)])))));
  const all = h("button", { type: "button", class: "link all", onclick: () => { list.classList.add("whole"); all.remove(); } }, `Show all ${endings.length}`);
  return h("section", null, h("h2", null, "Why connections ended"), list, endings.length > fewEndings && all);
}
