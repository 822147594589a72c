// jsonview.js: a JSON value as a tree that folds. Children are made when they are first
// unfolded, and in portions, so that no payload makes the page slow.

const portion = 200;

function jsonTree(value) {
  return h("div", { class: "json" }, jsonNode(null, value, 0));
}

function jsonNode(key, value, depth) {
  const label = key === null ? [] : [h("span", { class: "key" }, typeof key === "number" ? String(key) : JSON.stringify(visible(key))), ": "];
  if (value === null || typeof value !== "object") return h("div", { class: "leaf" }, label, jsonLeaf(value));
  const keys = Array.isArray(value) ? [...value.keys()] : Object.keys(value);
  const [open, close] = Array.isArray(value) ? "[]" : "{}";
  if (!keys.length) return h("div", { class: "leaf" }, label, open + close);
  const inside = h("div", { class: "inside" });
  const folded = h("details", null, h("summary", null, label, open, h("span", { class: "dim" }, " " + jsonGist(value, keys) + " "), close), inside);
  let made = 0;
  const more = h("button", { type: "button", class: "link", onclick: () => fill() }, "more");
  function fill() {
    more.remove();
    for (const k of keys.slice(made, made + portion)) inside.append(jsonNode(k, value[k], depth + 1));
    made += portion;
    if (made < keys.length) { more.textContent = `${number(keys.length - made)} more`; inside.append(more); }
  }
  folded.addEventListener("toggle", () => { if (folded.open && !made) fill(); });
  if (depth < 2 && keys.length <= 30) { fill(); folded.open = true; }
  return folded;
}

function jsonLeaf(value) {
  if (typeof value === "string") return h("span", { class: "string" }, visible(JSON.stringify(value)));
  return h("span", { class: "atom" }, String(value));
}

// jsonGist is what a folded value holds.
function jsonGist(value, keys) {
  if (Array.isArray(value)) return plural(keys.length, "item");
  const names = keys.slice(0, 4).map(oneLine).join(", ");
  return (names.length > 60 ? names.slice(0, 60) + "\u2026" : names) + (keys.length > 4 ? `, \u2026 (${keys.length})` : "");
}
