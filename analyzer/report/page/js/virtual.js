// virtual.js: a list of any length in which only the rows that can be seen are elements.
// Rows have one height. Rows that stay in view stay the same elements, so that focus stays.

function virtual(view, body, rowHeight, makeSpacer, makeRow) {
  const above = makeSpacer(), below = makeSpacer();
  body.append(above.element, below.element);
  let count = 0, all = 0;
  const rows = new Map();

  function range() {
    if (all) return [0, Math.min(count, all)];
    const offset = body.offsetTop; // a sticky head stands above the body
    const first = Math.max(0, Math.floor((view.scrollTop - offset) / rowHeight) - 8);
    return [first, Math.min(count, first + Math.ceil(view.clientHeight / rowHeight) + 16)];
  }

  function draw() {
    const [first, last] = range();
    for (const [i, row] of rows) {
      if (i < first || i >= last) { row.remove(); rows.delete(i); }
    }
    let next = above.element.nextSibling;
    for (let i = first; i < last; i++) {
      let row = rows.get(i);
      if (row && row === next) { next = next.nextSibling; continue; }
      if (!row) rows.set(i, row = makeRow(i));
      body.insertBefore(row, next);
    }
    above.height(first * rowHeight);
    below.height(all ? 0 : (count - last) * rowHeight);
  }

  function clear() {
    for (const row of rows.values()) row.remove();
    rows.clear();
  }

  view.addEventListener("scroll", draw, { passive: true });
  new ResizeObserver(() => draw()).observe(view);

  return {
    // reset draws anew: there are n rows, other ones than before.
    reset(n) { count = n; clear(); draw(); },
    // update is reset for rows that are mostly the same: an element whose same(i, element) is so stays.
    update(n, same) {
      const held = document.activeElement;
      count = n;
      for (const [i, row] of rows) {
        if (i >= n || same(i, row)) continue; // draw takes out what is beyond
        const fresh = makeRow(i), focus = row.contains(held);
        row.replaceWith(fresh); // in its place, so that nothing moves
        rows.set(i, fresh);
        if (focus) fresh.querySelector("a")?.focus({ preventScroll: true });
      }
      draw();
    },
    // first is the row at the top of what can be seen, and how far it is above it.
    first() { const i = Math.max(0, Math.floor(view.scrollTop / rowHeight)); return [i, view.scrollTop - i * rowHeight]; },
    // again draws row i anew.
    again(i) {
      const row = rows.get(i);
      if (row) { row.remove(); rows.delete(i); draw(); }
    },
    // reveal scrolls until row i can be seen.
    reveal(i, middle) {
      const top = i * rowHeight, seen = view.clientHeight - body.offsetTop;
      if (middle) view.scrollTop = top - seen / 2;
      else if (top < view.scrollTop) view.scrollTop = top;
      else if (top + rowHeight > view.scrollTop + seen) view.scrollTop = top + rowHeight - seen;
      draw();
    },
    // expand makes the first `limit` rows elements, for the printer; expand(0) ends it.
    expand(limit) { all = limit; draw(); },
  };
}
