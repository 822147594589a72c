// address.js: what is looked at stands in the address's hash, so that it can be kept and sent: nothing is the overview,
// #q=chat&ending=rst the overview with a filter, #flow=12&message=7 a message of a flow.

const asked = () => new URLSearchParams(location.hash.slice(1));

// hashOf is a hash of what is not empty.
function hashOf(entries) {
  const params = new URLSearchParams();
  for (const [key, value] of Object.entries(entries)) if (value !== undefined && value !== null && value !== "" && value !== false) params.set(key, value === true ? "1" : value);
  const text = params.toString();
  return text ? "#" + text : "#";
}

// note writes down what is looked at, without going there.
function note(entries) {
  const hash = hashOf(entries);
  if ((location.hash || "#") !== hash) history.replaceState(null, "", hash);
}
