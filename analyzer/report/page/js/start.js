// start.js: opening the page, and going from one view to another by the address's hash:
// nothing is the overview, #flow=12 a flow, #flow=12&message=7 a message of it.

function themes() {
  const button = document.getElementById("theme");
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const remembered = () => { try { return localStorage.getItem("wscope-theme"); } catch { return null; } };
  function use(name) {
    document.documentElement.dataset.theme = name;
    button.textContent = name === "dark" ? "Light" : "Dark";
    button.setAttribute("aria-label", `Use the ${name === "dark" ? "light" : "dark"} theme`);
    redrawCharts();
  }
  const system = () => (dark.matches ? "dark" : "light");
  button.addEventListener("click", () => {
    const name = document.documentElement.dataset.theme === "dark" ? "light" : "dark";
    try { localStorage.setItem("wscope-theme", name); } catch { /* not kept from page to page */ }
    use(name);
  });
  dark.addEventListener("change", () => { if (!remembered()) use(system()); });
  use(remembered() || system());
  let before = "";
  return {
    print(on) {
      if (on) before = document.documentElement.dataset.theme;
      use(on ? "light" : before);
    },
  };
}

function source(s) {
  const element = document.getElementById("source");
  const from = s.start ? moment(instant(s.start), 0, 0) : null;
  const files = s.files.length > 3 ? plural(s.files.length, "file") : s.files.map((f) => oneLine(baseName(f))).join(", ");
  refill(element, h("b", null, files), from ? ` from ${from.date} ${from.clock} UTC` : "");
  element.title = s.files.slice(0, 30).map(oneLine).join("\n");
  document.title = `wscope: ${files}`;
}

async function start() {
  const main = document.getElementById("main");
  const theme = themes();
  source(about.summary);
  const flows = await readFlows();
  const byNumber = new Map(flows.map((f) => [f.number, f]));
  const table = flowTable(flows);
  const overview = h("div", { class: "overview" }, h("h1", { class: "hidden" }, "WebSocket report"), remarks(about.summary), tiles(about.summary),
    h("div", { class: "charts" }, openChart(flows), rateChart(flows)),
    rankings(about.summary, table.show), rulesTable(about.summary.findings, table.show),
    flows.length ? table.section : h("p", { class: "none" }, "No WebSocket was found in this capture."),
    elsewhere(about.summary));
  const room = h("div");
  main.replaceChildren(overview, room);
  table.draw();
  let current = null, overviewScroll = 0, turn = 0;

  async function go() {
    if (location.hash === "#main") { main.focus(); return; }
    const asked = new URLSearchParams(location.hash.slice(1));
    const flow = byNumber.get(Number(asked.get("flow")));
    const mine = ++turn;
    if (!flow) {
      current = null;
      room.replaceChildren();
      if (overview.hidden) { overview.hidden = false; window.scrollTo(0, overviewScroll); }
      return;
    }
    if (current?.flow !== flow) {
      const view = await flowView(flow, { beside: table.beside, chosen });
      if (mine !== turn) return; // the reader went on
      if (!overview.hidden) { overviewScroll = window.scrollY; overview.hidden = true; }
      current = { flow, view };
      room.replaceChildren(view.element);
      view.draw();
      window.scrollTo(0, 0);
      view.element.querySelector("h2").focus({ preventScroll: true });
    }
    if (asked.get("message")) current.view.go(Number(asked.get("message")));
  }

  // chosen keeps the address true, so that it can be sent to somebody.
  function chosen(item) {
    if (!current || !item.number) return;
    const hash = `#flow=${current.flow.number}&message=${item.number}`;
    if (location.hash !== hash) history.replaceState(null, "", hash);
  }

  addEventListener("hashchange", go);
  const print = (on) => { theme.print(on); if (flows.length) table.print(on); current?.view.print(on); };
  addEventListener("beforeprint", () => print(true));
  addEventListener("afterprint", () => print(false));
  await go();
  requestAnimationFrame(() => setTimeout(() => { // once it has been painted
    performance.mark("first-view");
    document.documentElement.dataset.ready = "true";
  }));
}

start().catch((error) => {
  const say = document.getElementById("opening") || document.getElementById("main");
  say.textContent = typeof DecompressionStream === "undefined"
    ? "This report needs a browser that has DecompressionStream (any of 2023 or later)."
    : "This report could not be opened: " + error.message;
  throw error;
});
