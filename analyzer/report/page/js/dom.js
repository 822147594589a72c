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

// found is text with the places marked where `needle` (in lower case) is in it.
function found(text, needle) {
  if (!needle) return [text];
  const lower = text.toLowerCase();
  if (lower.length !== text.length) return [text]; // lower case moved the places
  const parts = [];
  let from = 0;
  for (let at = lower.indexOf(needle); at >= 0 && parts.length < 2000; at = lower.indexOf(needle, from)) {
    if (at > from) parts.push(text.slice(from, at));
    parts.push(h("mark", null, text.slice(at, at + needle.length)));
    from = at + needle.length;
  }
  parts.push(text.slice(from));
  return parts;
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
  const select = h("select", { "aria-label": label, onchange: () => changed(select.value) },
    options.map(([value, text]) => h("option", { value }, text)));
  return select;
}

const severities = ["error", "warning", "note"];
const severityMarks = { error: "\u25b2", warning: "\u25c6", note: "\u25cf" };

const severityChip = (severity, text) =>
  h("span", { class: "chip " + severity }, severityMarks[severity] + " ", text === undefined ? severity : text);
