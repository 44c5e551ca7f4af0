"use strict";
// Everything that comes from a specification or a log is put in as text, never as markup.
const SILENCE = 40000;
const COUNTS = {
  positions: "events accepted", rejected: "records rejected: could not be read", ignored: "records ignored",
  repeated: "records sent again", overloaded: "requests refused: too much was waiting", pending: "obligations pending",
};
const place = (id) => document.getElementById(id);
let heard = 0;

function made(tag, text, attributes = {}) {
  const element = document.createElement(tag);
  element.textContent = text;
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function claimRow(claim) {
  const row = made("tr", "");
  const state = made("td", "", { class: "state", "data-mood": claim.mood });
  state.append(made("span", "", { class: "sign", "aria-hidden": "true" }), " ", made("span", claim.verdict, { class: "verdict" }));
  const kind = claim.kind === "invariant" ? "" : ` (${claim.kind === "assume" ? "assumption" : claim.kind})`;
  const others = ["undecided", "unjudged"].filter((what) => claim[what]).map((what) => ` + ${claim[what]} ${what}`);
  const failed = `${claim.failures ?? ""}${others.join("")}`;
  row.append(state, made("th", claim.name + kind, { scope: "row" }), made("td", claim.title ?? ""),
    made("td", String(claim.times ?? ""), { class: "number" }), made("td", failed, { class: "number" }));
  return row;
}

function foundItem(found) {
  const item = made("li", "", { value: found.number });
  const title = found.title ? ` “${found.title}”` : "";
  item.append(made("strong", `${found.verdict}: ${found.invariant}`), title, made("div", found.account.join("\n"), { class: "account" }));
  return item;
}

function show(standing) {
  document.title = `${standing.overall.words} · ${standing.specification} · honnin`;
  say(place("title"), standing.title ? `${standing.specification}: ${standing.title}` : standing.specification);
  const overall = place("overall");
  if (overall.dataset.mood !== standing.overall.mood) overall.dataset.mood = standing.overall.mood;
  say(overall.querySelector(".words"), standing.overall.words);
  place("claims").replaceChildren(...standing.claims.map(claimRow));
  const latest = [...standing.latest].reverse();
  const older = standing.found - latest.length;
  say(place("found-count"), standing.found === 0 ? "Nothing has been found." : older > 0
    ? `${standing.found} so far; the latest ${latest.length} are shown, all that are kept are at /violations.` : `${standing.found} so far.`);
  place("found").replaceChildren(...latest.map(foundItem));
  const counts = { positions: standing.positions, pending: standing.pending, ...standing.counts };
  place("counts").replaceChildren(...Object.entries(COUNTS).flatMap(([name, words]) =>
    [made("dt", words), made("dd", String(counts[name]))]));
  if (standing.ending) lost("The service ends: what is shown will not change any more.");
}

function lost(words) {
  const connection = place("connection");
  document.body.classList.add("old");
  say(connection, words);
  connection.hidden = false;
}

function found() {
  heard = Date.now();
  document.body.classList.remove("old");
  place("connection").hidden = true;
}

const source = new EventSource("/stream");
source.addEventListener("standing", (event) => { found(); show(JSON.parse(event.data)); });
source.addEventListener("heartbeat", found);
source.addEventListener("error", () => lost("The connection is lost: what is shown is old."));
setInterval(() => { if (heard && Date.now() - heard > SILENCE) lost("Nothing has been heard for a while: what is shown may be old."); }, 5000);
