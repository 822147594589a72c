// text.js: numbers, sizes, times and hostile text as people read them.

const dash = "\u2013";

const number = (n) => n.toLocaleString("en-US");

function plural(n, word) {
  return number(n) + " " + word + (n === 1 ? "" : "s");
}

// size is a number of bytes in decimal units.
function size(n) {
  if (n < 1000) return n + " B";
  let unit = -1;
  do { n /= 1000; unit++; } while (n >= 999.5 && unit < 4);
  return (n < 9.95 ? n.toFixed(1) : Math.round(n)) + " " + ["kB", "MB", "GB", "TB", "PB"][unit];
}

// span is a duration in seconds.
function span(s) {
  if (s === undefined || s === null) return "";
  if (s < 0) return "\u2212" + span(-s);
  const cut = (v) => String(Number(v.toPrecision(3)));
  if (s === 0) return "0 s";
  if (s < 1e-3) return cut(s * 1e6) + " \u00b5s";
  if (s < 1) return cut(s * 1e3) + " ms";
  if (s < 60) return cut(s) + " s";
  if (s < 3600) return Math.floor(s / 60) + "m " + String(Math.floor(s % 60)).padStart(2, "0") + "s";
  if (s < 86400) return Math.floor(s / 3600) + "h " + String(Math.floor(s % 3600 / 60)).padStart(2, "0") + "m";
  return Math.floor(s / 86400) + "d " + String(Math.floor(s % 86400 / 3600)).padStart(2, "0") + "h";
}

// instant reads RFC 3339 in UTC to whole seconds and nanoseconds.
function instant(text) {
  const [whole, fraction = ""] = text.replace("Z", "").split(".");
  return { seconds: Date.parse(whole + "Z") / 1000, nanos: Number(fraction.padEnd(9, "0")) };
}

// since is how many nanoseconds one instant is after another.
const since = (a, b) => (a.seconds - b.seconds) * 1e9 + (a.nanos - b.nanos);

// moment writes the instant some nanoseconds after another: a date, and a clock with `digits`
// digits of the second.
function moment(from, nanos, digits) {
  const total = from.nanos + nanos;
  const seconds = from.seconds + Math.floor(total / 1e9);
  const rest = total - Math.floor(total / 1e9) * 1e9;
  const iso = new Date(seconds * 1000).toISOString();
  const fraction = String(Math.floor(rest)).padStart(9, "0").slice(0, digits);
  return { date: iso.slice(0, 10), clock: iso.slice(11, 19) + (digits ? "." + fraction : "") };
}

// relative is a time in seconds after the start of something, for columns.
function relative(nanos) {
  const s = nanos / 1e9;
  return (s < 0 ? "\u2212" : "+") + Math.abs(s).toFixed(Math.abs(s) < 1000 ? 6 : 3);
}

// compact is a count for an axis.
const compact = (n) => (n >= 1e6 ? n / 1e6 + "M" : n >= 1e4 ? n / 1e3 + "k" : number(n));

const baseName = (path) => path.split(/[/\\]/).pop() || path;

// Characters that cannot be seen, or that turn the direction of the text around.
const unseen = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202f\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb]/g;

function shown(c) {
  const code = c.charCodeAt(0);
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  if (code === 0x7f) return "\u2421";
  return "\u27e8U+" + code.toString(16).toUpperCase().padStart(4, "0") + "\u27e9";
}

// visible makes every character of a hostile text one that can be seen; line breaks and
// tabs stay.
const visible = (s) => s.replace(unseen, shown);

// oneLine is visible for a line of a list.
const oneLine = (s) => visible(s).replace(/\n/g, "\u240a").replace(/\t/g, "\u2409");
