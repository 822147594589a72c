// dom.js: making elements. Text is only ever given to text nodes, and attributes are set
// by this page alone, so that nothing of a capture is read as markup.

function h(name, attributes, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes || {})) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (key === "value") element.value = value;
    else element.setAttribute(key, value === true ? "" : value);
  }
  put(element, children);
  return element;
}

function put(element, children) {
  for (const child of children.flat(Infinity)) {
    if (child === undefined || child === null || child === false) continue;
    element.append(child instanceof Node ? child : document.createTextNode(String(child)));
  }
}

// refill replaces what an element holds.
function refill(element, ...children) {
  element.replaceChildren();
  put(element, children);
}

// matcher looks for a text in any case, or for a regular expression. Of one that cannot be read it has the error.
function matcher(text, regex) {
  const m = { text, regex, error: "" };
  if (!text) return Object.assign(m, { test: () => true, places: () => [] });
  if (regex) {
    try {
      const all = new RegExp(text, "giu"), one = new RegExp(text, "iu");
      return Object.assign(m, { test: (s) => one.test(s), places: (s) => Array.from(limited(s.matchAll(all)), (x) => [x.index, x[0].length]) });
    } catch (error) {
      return Object.assign(m, { error: error.message, test: () => false, places: () => [] });
    }
  }
  const needle = text.toLowerCase();
  return Object.assign(m, {
    test: (s) => s.toLowerCase().includes(needle),
    places(s) {
      const lower = s.toLowerCase(), list = [];
      if (lower.length !== s.length) return list; // lower case moved the places
      for (let at = lower.indexOf(needle); at >= 0 && list.length < mostMarks; at = lower.indexOf(needle, at + needle.length)) list.push([at, needle.length]);
      return list;
    },
  });
}

const mostMarks = 2000;

function* limited(iterator) {
  let n = 0;
  for (const x of iterator) { if (n++ < mostMarks) yield x; else return; }
}

// found is text with the places marked that a matcher finds.
function found(text, matcher) {
  const parts = [];
  let from = 0;
  for (const [at, length] of matcher?.places(text) || []) {
    if (!length) continue;
    if (at > from) parts.push(text.slice(from, at));
    parts.push(h("mark", null, text.slice(at, at + length)));
    from = at + length;
  }
  parts.push(text.slice(from));
  return parts;
}

// toggle is a button that is on or off.
function toggle(text, label, on, changed) {
  const button = h("button", { type: "button", class: "toggle", "aria-pressed": String(on), "aria-label": label, title: label, onclick: () => { button.set(!button.on); changed(button.on); } }, text);
  button.set = (value) => { button.on = value; button.setAttribute("aria-pressed", String(value)); };
  button.set(on);
  return button;
}

// download gives the browser a file of lines to save.
function download(name, lines) {
  const url = URL.createObjectURL(new Blob(lines, { type: "application/x-ndjson" }));
  h("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60000);
}

// colour is what a custom property of the style means under the theme in force.
function colour(name) {
  const probe = document.documentElement.appendChild(document.createElement("i"));
  probe.style.color = `var(--${name})`;
  const value = getComputedStyle(probe).color;
  probe.remove();
  return value;
}

// later calls f once, when calls have been silent for some milliseconds.
function later(wait, f) {
  let timer = 0;
  return (...args) => {
    clearTimeout(timer);
    timer = setTimeout(() => f(...args), wait);
  };
}

// choice is a labelled select; options are [value, text].
function choice(label, options, changed) {
  const select = h("select", { "aria-label": label, onchange: () => changed(select.value) });
  // offer puts other options in the place of those there are; what is chosen stays.
  select.offer = (options) => {
    const value = select.value, offered = JSON.stringify(options);
    if (select.offered === offered) return;
    select.offered = offered;
    refill(select, options.map(([value, text]) => h("option", { value }, text)));
    select.value = value;
    if (select.selectedIndex < 0) select.value = options[0][0];
  };
  select.offer(options);
  return select;
}

const severities = ["error", "warning", "note"];
const severityMarks = { error: "\u25b2", warning: "\u25c6", note: "\u25cf" };

const severityChip = (severity, text) =>
  h("span", { class: "chip " + severity }, severityMarks[severity] + " ", text === undefined ? severity : text);
