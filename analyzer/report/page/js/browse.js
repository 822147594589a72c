// browse.js: the theme, and going from one view to another by the address's hash.

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

// browse shows the overview, or the flow that the address asks for. byNumber has the flows; table is the overview's.
function browse(byNumber, table, overview) {
  const main = document.getElementById("main");
  const room = h("div");
  main.replaceChildren(h("h1", { class: "hidden" }, document.title), overview, room);
  let current = null, overviewScroll = 0, turn = 0, shown = null;

  async function go() {
    if (location.hash === "#main") { main.focus(); return; }
    const at = asked();
    const flow = byNumber.get(Number(at.get("flow")));
    const mine = ++turn;
    if (!flow) {
      const was = current;
      current = null;
      room.replaceChildren();
      if (overview.hidden) overview.hidden = false;
      if (shown !== location.hash) table.use(at);
      shown = location.hash;
      if (was) window.scrollTo(0, overviewScroll);
      return;
    }
    if (current?.flow.number !== flow.number) {
      const home = hashOf(table.state());
      const view = await flowView(flow, { beside: table.beside, home, changed });
      if (mine !== turn) return; // the reader went on
      if (!overview.hidden) { overviewScroll = window.scrollY; overview.hidden = true; shown = home; }
      current = { flow, view };
      room.replaceChildren(view.element);
      view.draw(at);
      window.scrollTo(0, 0);
      view.element.querySelector("h2").focus({ preventScroll: true });
    }
    if (at.get("message")) current.view.go(Number(at.get("message")));
  }

  // changed keeps the address true, so that it can be sent to somebody.
  function changed(looks) {
    if (current) note({ flow: current.flow.number, ...looks });
  }

  addEventListener("hashchange", go);
  table.use(asked());
  shown = location.hash;
  return { go, current: () => current, empty() { current = null; } };
}

// ready marks the first view, once it has been painted.
function ready() {
  requestAnimationFrame(() => setTimeout(() => {
    performance.mark("first-view");
    document.documentElement.dataset.ready = "true";
  }));
}

// failed says that the page could not be opened.
function failed(error) {
  const say = document.getElementById("opening") || document.getElementById("main");
  say.textContent = typeof DecompressionStream === "undefined"
    ? "This report needs a browser that has DecompressionStream (any of 2023 or later)."
    : "This report could not be opened: " + error.message;
  throw error;
}
