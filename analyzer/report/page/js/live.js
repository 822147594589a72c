// live.js: the page of a run that goes on. It asks for what has changed twice a second, once it has shown what it asked for
// before: a slow browser asks less often, and the server keeps nothing for it. Addresses are below the page's own, which
// holds the token: now?run=…&rows=…&gone=… and flow?number=…&after=….

const often = 500, hiddenOften = 5000; // milliseconds between questions
const mostHeld = 5000; // messages of a flow that are held here

const leftSentence = (n) => `${plural(n, "message")} of this flow fell out of the memory that is kept for messages; the counts include them.`;

async function ask(path) {
  const answer = await fetch(path, { cache: "no-store", credentials: "omit", redirect: "error", signal: AbortSignal.timeout(20000) });
  if (answer.status === 403 || answer.status === 404) throw Object.assign(new Error("another wscope answers here"), { strange: true });
  if (!answer.ok) throw new Error("HTTP status " + answer.status);
  return answer.json();
}

// moreMessages gives the messages of a flow after one. Those that fell out between are counted by their numbers.
async function moreMessages(number, after) {
  const list = [];
  for (let more = true; more && list.length < 2 * mostHeld;) {
    const part = await ask(`flow?number=${number}&after=${list.at(-1)?.number ?? after}`);
    for (const row of part.rows) list.push(message(row));
    more = part.more;
  }
  return list;
}

const fellOut = (messages) => (messages.length ? messages.at(-1).number - messages.length : 0);

async function readMessages(flow) {
  const list = (await moreMessages(flow.number, 0)).slice(-mostHeld);
  flow.page.left = fellOut(list);
  return list;
}

function liveTiles({ counts, summary, status }) {
  const sum = sums(summary);
  return h("dl", { class: "tiles" },
    tile("Open", number(counts.open), `at most ${number(summary.max_open)} at once`),
    tile("Ended", number(counts.ended), `of ${plural(counts.begun, "flow")}`),
    sealedTile(summary),
    messagesTile(sum, `${number(Math.round(counts.rate * 10) / 10)} a second`),
    payloadTile(sum),
    tile("Findings", number(counts.found.reduce((a, b) => a + b)), severities.filter((_, i) => counts.found[i]).map((k) => plural(counts.found[severities.indexOf(k)], k)).join(", ") || "in flows that ended: none"),
    tile("Captured", span(counts.seconds), status.packets > 0 && plural(status.packets, "packet")));
}

function liveRemarks({ counts, status }) {
  const list = [];
  if (status.dropped) list.push(`${plural(status.dropped, "packet")} dropped by the kernel or the interface: what they held is missing.`);
  if (status.shed) list.push(`${plural(status.shed, "packet")} of connections that were skipped: more came than could be analysed.`);
  if (status.let_go) list.push(`${plural(status.let_go, "connection")} dropped because memory was short.`);
  if (counts.beyond) list.push(`${plural(counts.beyond, "open flow")} counted, but not in the table: no memory is kept for more.`);
  if (counts.dropped) list.push(`${plural(counts.dropped, "flow")} that ended fell out of the table: the latest stay. The counts include them.`);
  return list.length ? h("ul", { class: "remarks", "aria-label": "Remarks" }, list.map((text) => h("li", null, text))) : null;
}

// liveBar says in the page's head how the page stands to the run, and pauses it.
function liveBar(paused) {
  const dot = h("span", { class: "dot", "aria-hidden": "true" }), text = h("span", { role: "status" });
  const button = h("button", { type: "button", id: "pause", "aria-pressed": "false", onclick: () => {
    bar.paused = !bar.paused;
    button.setAttribute("aria-pressed", String(bar.paused));
    button.textContent = bar.paused ? "Go on" : "Pause";
    paused();
  } }, "Pause");
  const bar = { paused: false, say(how, words) { dot.className = "dot " + how; if (text.textContent !== words) text.textContent = words; } };
  document.getElementById("theme").before(h("div", { class: "live" }, dot, text, button));
  return bar;
}

async function start() {
  themes();
  const flows = [], byNumber = new Map();
  const table = flowTable(flows);
  const parts = Object.fromEntries(["remarks", "tiles", "endings", "charts", "rankings", "rules"].map((name) => [name, h("div", { class: name === "charts" ? "charts" : null })]));
  const none = h("p", { class: "none" }, "No WebSocket yet.");
  const overview = h("div", { class: "overview" }, parts.remarks, parts.tiles, parts.endings, parts.charts, parts.rankings, parts.rules, none, table.section);
  let since = { run: "", rows: 0, gone: 0 }, pages = null, timer = 0, failures = 0, drawn = "", over = false;
  const bar = liveBar(() => { if (!bar.paused) turn(); else say(); });

  function say() {
    if (over) bar.say("", "Ended: what is here stays");
    else if (bar.paused) bar.say("", "Paused: the capture goes on");
    else if (failures) bar.say("bad", "Lost; trying again");
    else bar.say("on", "Live");
  }

  // take puts what has changed in the place of what there was.
  function take(state) {
    if (state.run !== since.run || state.reset) byNumber.clear();
    since = { run: state.run, ...state.since };
    epoch = instant(state.epoch);
    about.summary = state.summary;
    about.rate = state.activity.rate;
    about.running = !state.status.over;
    for (const n of state.gone || []) byNumber.delete(n);
    for (const f of state.flows || []) byNumber.set(f.record.flow, describeFlow({ ...f, blocks: [] }));
    flows.length = 0;
    for (const f of byNumber.values()) flows.push(f);
    flows.sort((a, b) => a.number - b.number);
    over = state.status.over;
  }

  function draw(state) {
    const { source: from } = state.status;
    refill(document.getElementById("source"), h("b", null, oneLine(from)));
    document.title = "wscope: " + oneLine(from);
    none.hidden = flows.length > 0;
    table.section.hidden = flows.length === 0;
    refill(parts.remarks, liveRemarks(state));
    refill(parts.tiles, liveTiles(state));
    renew("endings", state.summary.endings, () => endingsList(state.summary.endings));
    renew("rules", state.summary.findings, () => rulesTable(state.summary.findings, table.show));
    const { hosts, paths, clients, closes, subprotocols } = state.summary;
    renew("rankings", [hosts, paths, clients, closes, subprotocols], () => rankings(state.summary, table.show));
    const reach = [0, Math.max(1e-3, state.counts.seconds)];
    const { open, step } = state.activity;
    const key = JSON.stringify(state.activity);
    if (key !== drawn && !parts.charts.matches(":hover") && !overview.hidden) {
      drawn = key;
      refill(parts.charts, openChart(open.length ? thinOpen(open, step, 240) : null, reach), rateChart(reach));
    }
    table.update();
  }

  // renew draws a part anew if what it shows has changed, and nobody is at it.
  const last = {};
  function renew(name, value, make) {
    const key = JSON.stringify(value);
    if (last[name] === key || parts[name].contains(document.activeElement)) return;
    last[name] = key;
    refill(parts[name], make());
  }

  async function follow() {
    const now = pages.current();
    if (!now) return;
    const fresh = byNumber.get(now.flow.number);
    if (!fresh) return; // it fell out; what is here stays
    const more = await moreMessages(now.flow.number, now.view.last());
    if (pages.current() === now && (more.length || fresh !== now.fresh)) now.view.update(fresh, more, mostHeld);
    now.fresh = fresh;
  }

  async function turn() {
    clearTimeout(timer);
    if (turn.busy || over || bar.paused) return;
    turn.busy = true;
    let more = false;
    try {
      const state = await ask("now?" + new URLSearchParams(since));
      if (!bar.paused) {
        take(state);
        draw(state);
        more = state.more;
        if (pages) await follow();
        else {
          pages = browse(byNumber, table, overview);
          await pages.go();
          ready();
        }
      }
      failures = 0;
    } catch (error) {
      failures++;
      if (!pages) document.getElementById("opening").textContent = "This page could not be opened: " + error.message;
      if (error.strange) { bar.say("bad", "Another run answers here: open the address that it printed"); turn.busy = false; return; }
    }
    turn.busy = false;
    say();
    const wait = failures ? Math.min(10000, 500 * 2 ** failures) : more ? 0 : document.hidden ? hiddenOften : often;
    if (!over && !bar.paused) timer = setTimeout(turn, wait);
  }

  document.addEventListener("visibilitychange", () => { if (!document.hidden) turn(); });
  await turn();
}

// thinOpen joins steps until there are at most n, and gives the chart's seconds and flows.
function thinOpen(open, step, n) {
  while (open.length > n) [open, step] = [open.filter((_, i) => i % 2 === 0).map((v, i) => Math.max(v, open[2 * i + 1] || 0)), step * 2];
  return { x: open.map((_, i) => i * step), y: open };
}

start().catch(failed);
