// report.js: opening the page of a report.

const leftSentence = (n) => `${plural(n, "message")} of this flow left out of the page; the counts include them.`;

async function start() {
  const theme = themes();
  source(about.summary);
  const flows = await readFlows();
  const byNumber = new Map(flows.map((f) => [f.number, f]));
  const table = flowTable(flows);
  const overview = h("div", { class: "overview" }, remarks(about.summary), tiles(about.summary),
    endingsList(about.summary.endings),
    h("div", { class: "charts" }, openChart(openFlows(flows, 240), extent(flows)), rateChart(extent(flows))),
    rankings(about.summary, table.show), rulesTable(about.summary.findings, table.show),
    flows.length ? table.section : h("p", { class: "none" }, "No WebSocket was found in this capture."),
    about.blocks.messages > 0 && searchEverywhere(byNumber),
    elsewhere(about.summary));
  const pages = browse(byNumber, table, overview);
  const print = (on) => { theme.print(on); if (flows.length) table.print(on); pages.current()?.view.print(on); };
  addEventListener("beforeprint", () => print(true));
  addEventListener("afterprint", () => print(false));
  await pages.go();
  ready();
}

start().catch(failed);
