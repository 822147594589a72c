// flowcharts.js: a flow's round trips and the sizes of its messages.

function rttChart(flow, messages) {
  const list = answers(messages);
  if (!list.length) return null;
  const x = list.map((a) => (a.time - flow.start) / 1e9);
  const of = (side) => list.map((a) => (a.from === side ? a.rtt : null));
  const most = Math.max(...list.map((a) => a.rtt));
  const { figure, room, output } = plotFigure("Round trips", `Times from ping to pong: ${list.length}, at most ${span(most)}`);
  const dots = (name) => ({ stroke: colour(name), width: 0, paths: () => null, points: { show: true, size: 5, fill: colour(name), width: 0 } });
  const order = x.map((_, i) => i).sort((a, b) => x[a] - x[b]);
  const sorted = (values) => order.map((i) => values[i]);
  chart(room, (width) => new uPlot(options(width, 150, [{}, dots("client"), dots("server")],
    [timeAxis(), axis({ size: 56, values: (_, v) => v.map(span) })], {
      scales: { y: { range: (_, low, high) => [0, high * 1.15 || 1] }, x: { time: false, range: [0, Math.max(flow.record.duration, x[order[x.length - 1]], 1e-6)] } },
      hooks: reading(output, `${plural(list.length, "ping")} answered, at most ${span(most)}`,
        (i) => { const a = list[order[i]]; return `${span(a.rtt)} for the ${a.from}'s ping at ${span(x[order[i]])}`; }),
    }), [sorted(x), sorted(of("client")), sorted(of("server"))], room));
  return figure;
}

// sizeChart counts data messages by the power of two that holds their size.
function sizeChart(messages) {
  const bins = { client: [], server: [] };
  let n = 0, low = 64, high = 0;
  for (const m of messages) {
    if (m.type !== "text" && m.type !== "binary" && m.type !== "record") continue;
    const bin = m.length ? Math.ceil(Math.log2(m.length + 1)) : 0;
    bins[m.from][bin] = (bins[m.from][bin] || 0) + 1;
    [low, high] = [Math.min(low, bin), Math.max(high, bin)];
    n++;
  }
  if (n < 2) return null;
  low = Math.max(0, low - 1);
  high++;
  const x = [], client = [], server = [];
  for (let bin = low; bin <= high; bin++) {
    x.push(bin);
    client.push(bins.client[bin] || 0);
    server.push(-(bins.server[bin] || 0));
  }
  const edge = (bin) => size(bin ? 2 ** (bin - 1) : 0);
  const { figure, room, output } = plotFigure("Message sizes", `Sizes of ${n} data messages, by powers of two`);
  const bars = (name) => ({ stroke: colour(name), fill: colour(name), width: 0, paths: uPlot.paths.bars({ size: [0.8, 40] }), points: { show: false } });
  chart(room, (width) => new uPlot(options(width, 150, [{}, bars("client"), bars("server")], [
    axis({ size: 24, space: 60, incrs: [1, 2, 4, 8], values: (_, v) => v.map((b) => (Number.isInteger(b) ? edge(b) : "")) }),
    axis({ size: 44, incrs: countSteps, values: (_, v) => v.map((k) => compact(Math.abs(k))) }),
  ], {
    scales: { x: { time: false, range: [low - 0.6, high + 0.6] } },
    hooks: reading(output, "messages by size: client above, server below",
      (i) => `${edge(x[i])} to ${size(x[i] ? 2 ** x[i] - 1 : 0)}: ${number(client[i])} by the client, ${number(-server[i])} by the server`),
  }), [x, client.map((n) => n || null), server.map((n) => n || null)], room));
  return figure;
}
