// timeline.js: a flow from its first packet to its last. The client's messages are above
// the line, the server's below; a disc's area is its message's size.

const timelineHeight = 168;
const lanes = { client: 52, server: 112 };

function timeline(flow, items, pick) {
  const canvas = h("canvas", { class: "timeline", role: "img", "aria-label": timelineLabel(flow, items) });
  const output = h("span", { class: "reading" });
  const room = h("div", { class: "plot" }, canvas);
  const figure = h("figure", null, h("figcaption", null, h("b", null, "Timeline"), " ", output), room,
    h("p", { class: "legend" }, h("span", { class: "client" }, "\u25cf client"), h("span", { class: "server" }, "\u25cf server"), "area: size",
      h("span", null, "\u2502 ping, pong"), h("span", null, "\u00d7 close"), h("span", null, "\u25a8 gap"), h("span", null, "\u25b2 \u25c6 finding"), h("span", { class: "dim" }, "drag to zoom, double click to return")));
  const rest = `${span(flow.record.duration)}, ${plural(items.filter((i) => i.kind === "message").length, flow.record.sealed ? "TLS record" : "message")}`;
  const whole = [flow.start, Math.max(flow.end, flow.start + 1)];
  let [from, to] = whole, width = 0, drag = null;
  output.textContent = rest;
  const largest = items.reduce((n, i) => Math.max(n, i.length || 0), 1);

  const left = 12;
  const place = (time) => left + (time - from) / (to - from) * (width - 2 * left);
  const timeAt = (x) => from + (x - left) / (width - 2 * left) * (to - from);

  function draw() {
    width = room.clientWidth;
    if (!width) return;
    const scale = devicePixelRatio || 1;
    canvas.width = width * scale;
    canvas.height = timelineHeight * scale;
    canvas.style.width = width + "px";
    canvas.style.height = timelineHeight + "px";
    const g = canvas.getContext("2d");
    g.scale(scale, scale);
    drawAxis(g);
    const seen = items.filter((i) => i.time >= from && i.time <= to);
    const spots = seen.filter((i) => i.kind === "message" && (i.type === "text" || i.type === "binary" || i.type === "record"));
    for (const i of seen) if (i.kind === "gap") drawGap(g, i);
    if (spots.length > 4000) drawBars(g, spots);
    else for (const i of spots) drawDisc(g, i);
    for (const i of seen) drawSign(g, i);
    if (drag && Math.abs(drag.now - drag.began) > 3) {
      g.fillStyle = colour("wash");
      g.fillRect(Math.min(drag.began, drag.now), 0, Math.abs(drag.now - drag.began), timelineHeight - 20);
    }
  }

  function drawAxis(g) {
    g.strokeStyle = colour("line");
    g.fillStyle = colour("dim");
    g.font = chartFont;
    g.textAlign = "center";
    for (const y of [lanes.client, lanes.server]) line(g, left, y, width - left, y);
    const least = (to - from) / 1e9 / Math.max(2, Math.floor(width / 110));
    const step = timeSteps.find((s) => s >= least) || least;
    const start = (from - flow.start) / 1e9, end = (to - flow.start) / 1e9;
    for (let s = Math.ceil(start / step) * step; s <= end + step * 1e-6; s += step) {
      const x = place(flow.start + s * 1e9);
      line(g, x, 8, x, timelineHeight - 20);
      g.fillText(span(Math.abs(s) < step / 1e3 ? 0 : s).replace(/ 00[smh]$/, ""), Math.min(Math.max(x, 14), width - 24), timelineHeight - 6);
    }
  }

  function drawDisc(g, i) {
    const radius = Math.max(2.6, 26 * Math.sqrt(i.length / largest) * Math.min(1, Math.sqrt(largest / 2000)));
    g.globalAlpha = 0.45;
    g.fillStyle = colours[i.from];
    g.beginPath();
    g.arc(place(i.time), lanes[i.from], radius, 0, 7);
    g.fill();
    g.globalAlpha = 1;
  }

  // drawBars adds up the bytes under each pixel, where discs would be one smear.
  function drawBars(g, spots) {
    const sums = { client: new Float64Array(width + 1), server: new Float64Array(width + 1) };
    for (const i of spots) sums[i.from][Math.round(place(i.time))] += i.length + 1;
    const most = Math.max(...sums.client, ...sums.server);
    for (const side of ["client", "server"]) {
      g.fillStyle = colours[side];
      sums[side].forEach((n, x) => {
        const height = 40 * Math.sqrt(n / most);
        if (n) g.fillRect(x - 0.5, side === "client" ? lanes.client - height : lanes.server, 1, height);
      });
    }
  }

  function drawGap(g, i) {
    g.fillStyle = colour("warning");
    g.globalAlpha = 0.35;
    g.fillRect(place(i.time) - 2, lanes[i.from] - 24, 4, 48);
    g.globalAlpha = 1;
  }

  function drawSign(g, i) {
    const x = place(i.time);
    if (i.kind === "finding") {
      g.fillStyle = colour(i.severity);
      g.textAlign = "center";
      g.fillText(severityMarks[i.severity], x, i.from === "server" ? timelineHeight - 24 : 14);
      return;
    }
    if (i.kind !== "message") return;
    const y = lanes[i.from];
    g.strokeStyle = colours[i.from];
    g.lineWidth = 1.5;
    if (i.type === "ping" || i.type === "pong") line(g, x, y - (i.type === "ping" ? 9 : 5), x, y + (i.type === "ping" ? 9 : 5));
    if (i.type === "close") { line(g, x - 5, y - 5, x + 5, y + 5); line(g, x - 5, y + 5, x + 5, y - 5); }
    g.lineWidth = 1;
  }

  let colours = {};
  const entry = { element: figure, draw: () => { colours = { client: colour("client"), server: colour("server") }; draw(); } };
  follow(entry);
  new ResizeObserver(() => { if (room.clientWidth !== width) entry.draw(); }).observe(room);

  // near is the item that the pointer means.
  function near(event) {
    const box = canvas.getBoundingClientRect(), x = event.clientX - box.left, y = event.clientY - box.top;
    const side = y < (lanes.client + lanes.server) / 2 ? "client" : "server";
    let best = null, distance = 24;
    for (const i of items) {
      if (i.time < from || i.time > to) continue;
      const d = Math.abs(place(i.time) - x) + (i.from && i.from !== side ? 12 : 0);
      if (d < distance) [best, distance] = [i, d];
    }
    return best;
  }

  const xOf = (event) => event.clientX - canvas.getBoundingClientRect().left;
  canvas.addEventListener("pointerdown", (e) => { drag = { began: xOf(e), now: xOf(e) }; canvas.setPointerCapture(e.pointerId); });
  canvas.addEventListener("pointermove", (e) => {
    if (drag) { drag.now = xOf(e); draw(); return; }
    const i = near(e);
    output.textContent = i ? describeItem(flow, i) : rest;
  });
  canvas.addEventListener("pointerleave", () => { output.textContent = rest; });
  canvas.addEventListener("pointerup", (e) => {
    if (!drag) return;
    const { began, now } = drag;
    drag = null;
    if (Math.abs(now - began) > 6) {
      const ends = [timeAt(Math.min(began, now)), timeAt(Math.max(began, now))];
      if (ends[1] - ends[0] > 1000) [from, to] = ends;
    } else {
      const i = near(e);
      if (i) pick(i);
    }
    draw();
  });
  canvas.addEventListener("pointercancel", () => { drag = null; draw(); });
  canvas.addEventListener("dblclick", () => { [from, to] = whole; draw(); });
  return figure;
}

function line(g, x1, y1, x2, y2) {
  g.beginPath();
  g.moveTo(x1, y1);
  g.lineTo(x2, y2);
  g.stroke();
}

function describeItem(flow, i) {
  const at = span((i.time - flow.start) / 1e9);
  if (i.kind === "finding") return `${i.severity} ${i.rule} at ${at}`;
  if (i.kind !== "message") return `${eventLine(i)} at ${at}`;
  return `#${i.number} ${i.from} ${i.type} ${size(i.length)} at ${at}`;
}

function timelineLabel(flow, items) {
  const r = flow.record;
  return `Timeline over ${span(r.duration)}: ${plural(flow.sent || 0, "message")} by the client, ${flow.received || 0} by the server, ` +
    `${plural(items.filter((i) => i.kind === "gap").length, "gap")}, ${plural(r.findings.length, "finding")}. The conversation below has the same in words.`;
}
