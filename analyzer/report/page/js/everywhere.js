// everywhere.js: a search through the messages of all conversations.

const mostHits = 500;

// searchEverywhere makes the section. flows are those of the page by their numbers.
function searchEverywhere(byNumber) {
  let turn = 0;
  const search = h("input", { type: "search", placeholder: "Find in all conversations\u2026", "aria-label": "Find in all conversations", oninput: later(250, () => run()) });
  const regex = toggle(".*", "Regular expression", false, () => run());
  const count = h("output", { "aria-live": "polite" });
  const list = h("ol", { class: "hits" });

  async function run() {
    const mine = ++turn, wanted = matcher(search.value, regex.on);
    list.replaceChildren();
    count.textContent = wanted.error;
    if (!wanted.text || wanted.error) return;
    let hits = 0, messages = 0;
    for (let id = 0; id < about.blocks.messages && hits < mostHits; id++) {
      const block = await readBlock("messages-" + id);
      await new Promise((resolve) => setTimeout(resolve)); // the reader may type on
      if (mine !== turn) return;
      for (const part of block) {
        const flow = byNumber.get(part.flow);
        if (!flow) continue;
        for (const row of part.rows) {
          const m = message(row);
          messages++;
          if (hits >= mostHits || !wanted.test(said(m))) continue;
          hits++;
          list.append(hit(flow, m, wanted));
        }
      }
      count.textContent = `${number(hits)} of ${plural(messages, "message")}` + (id + 1 < about.blocks.messages ? "\u2026" : "");
    }
    if (hits >= mostHits) count.textContent = `the first ${number(mostHits)}`;
  }

  function hit(flow, m, wanted) {
    const text = said(m), at = wanted.places(text)[0]?.[0] || 0, from = Math.max(0, at - 40);
    return h("li", null, h("a", { href: hashOf({ flow: flow.number, message: m.number, find: wanted.text, re: wanted.regex }) }, `flow ${flow.number} #${m.number}`),
      h("span", { class: m.from }, m.from === "client" ? " \u2192 " : " \u2190 "), h("span", { class: "dim" }, m.type + " "),
      found((from ? "\u2026" : "") + oneLine(text.slice(from, at + 160)), wanted));
  }

  return h("section", { id: "everywhere" }, h("h2", null, "Messages"), h("div", { class: "tools", role: "search", "aria-label": "All conversations" }, search, regex, count), list);
}
