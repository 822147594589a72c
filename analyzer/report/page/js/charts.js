// charts.js: uPlot as this page wants it, and who must be drawn anew when the theme changes.

const drawn = new Set(); // { element, draw }

// chart puts into `figure` what make(width) makes, now, at each new width and theme.
// It lets go of figures that left the page.
function chart(figure, make) {
  let plot = null, width = 0;
  const entry = {
    element: figure,
    draw() {
      plot?.destroy();
      width = figure.clientWidth;
      plot = width ? make(width) : null;
    },
  };
  follow(entry);
  new ResizeObserver(() => { if (figure.clientWidth !== width) entry.draw(); }).observe(figure);
}

// follow takes note of a figure, and lets go of those that were in the page and are no longer.
function follow(entry) {
  for (const other of drawn) {
    if (other.element.isConnected) other.shown = true;
    else if (other.shown) drawn.delete(other);
  }
  drawn.add(entry);
}

function redrawCharts() {
  for (const entry of drawn) {
    if (entry.element.isConnected) entry.draw();
    else drawn.delete(entry);
  }
}

const chartFont = "11px system-ui, sans-serif";

function axis(more) {
  return {
    stroke: colour("dim"), font: chartFont, gap: 4,
    grid: { stroke: colour("line"), width: 1 }, ticks: { show: false }, ...more,
  };
}

// countSteps keeps axes of counts at whole numbers.
const countSteps = [0, 1, 2, 3, 4, 5, 6].flatMap((power) => [1, 2, 5].map((n) => n * 10 ** power));

// timeAxis is seconds after a start.
const timeSteps = [1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.1].flatMap((s) => [s, 2 * s, 5 * s])
  .concat([1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 14400, 28800, 86400, 172800, 604800, 2592000]);
const timeAxis = (more) => axis({ size: 24, space: 70, incrs: timeSteps, values: (_, list) => list.map((v) => span(v).replace(/ 00[smh]$/, "")), ...more });

function options(width, height, series, axes, more) {
  return {
    width, height, series, axes, legend: { show: false }, padding: [8, 12, 0, 0],
    cursor: { drag: { x: true, y: false }, points: { show: false } },
    ...more, scales: { x: { time: false }, ...more?.scales },
  };
}

// reading writes what the cursor is on into `output`; `rest` is said while it is on nothing.
function reading(output, rest, say) {
  output.textContent = rest;
  return { setCursor: [(u) => { output.textContent = u.cursor.idx === null || u.cursor.idx === undefined ? rest : say(u.cursor.idx); }] };
}

// plotFigure is a figure with a title, a line of reading, and room for a plot.
function plotFigure(title, label) {
  const output = h("span", { class: "reading" });
  const room = h("div", { class: "plot", role: "img", "aria-label": label });
  return { figure: h("figure", null, h("figcaption", null, h("b", null, title), " ", output), room), room, output };
}
