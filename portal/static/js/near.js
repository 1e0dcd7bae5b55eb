/** Distances from where the browser is, worked out here: the place is told to nobody. */

const EARTH = 6371000;

/** Metres between two points of [longitude, latitude]. */
function distance(one, other) {
  const rad = Math.PI / 180;
  const north = ((other[1] - one[1]) * rad) / 2;
  const east = ((other[0] - one[0]) * rad) / 2;
  const part = Math.sin(north) ** 2 + Math.cos(one[1] * rad) * Math.cos(other[1] * rad) * Math.sin(east) ** 2;
  return 2 * EARTH * Math.asin(Math.sqrt(part));
}

function told(metres, words) {
  return metres < 1000
    ? words.metres.replace("{n}", String(Math.max(10, Math.round(metres / 10) * 10)))
    : words.kilometres.replace("{n}", (metres / 1000).toFixed(1));
}

function here() {
  return new Promise((done, failed) => navigator.geolocation.getCurrentPosition(
    (found) => done([found.coords.longitude, found.coords.latitude]), failed, { timeout: 15000, maximumAge: 60000 },
  ));
}

/** The front page: the nearest five of the chosen kind. */
function offerNearest(form) {
  const button = form.querySelector("[data-locate]");
  const answer = form.querySelector("[data-nearest]");
  const words = JSON.parse(answer.dataset.words);
  button.hidden = false;
  button.addEventListener("click", async () => {
    answer.textContent = words.asking;
    try {
      const place = await here();
      const kind = form.querySelector("[name=kind]").value;
      const found = await (await fetch(`${form.dataset.near}${kind ? `?kind=${encodeURIComponent(kind)}` : ""}`)).json();
      show(answer, found.features.filter((one) => one.geometry.type === "Point"), place, words);
    } catch {
      answer.textContent = words.refused;
    }
  });
}

function show(answer, points, place, words) {
  const near = points.map((one) => [distance(place, one.geometry.coordinates), one.properties]);
  near.sort((one, other) => one[0] - other[0]);
  if (!near.length) {
    answer.textContent = words.none;
    return;
  }
  const list = document.createElement("ol");
  list.className = "nearest";
  for (const [metres, one] of near.slice(0, 5)) {
    const line = document.createElement("li");
    const link = document.createElement("a");
    link.href = one.address;
    link.textContent = one.name;
    line.append(link, ` ${told(metres, words)}`);
    list.append(line);
  }
  answer.replaceChildren(list);
}

/** The list of facilities: the distance to each, the nearest first. */
function offerSorting(button) {
  const words = JSON.parse(button.dataset.words);
  const status = document.querySelector("[data-found]");
  button.hidden = false;
  button.addEventListener("click", async () => {
    const before = status.textContent;
    status.textContent = words.asking;
    try {
      const place = await here();
      const list = document.querySelector(".places-list");
      const lines = [...(list?.children ?? [])].map((line) => [measure(line, place, words), line]);
      lines.sort((one, other) => one[0] - other[0]);
      list?.append(...lines.map((pair) => pair[1]));
      status.textContent = `${before} ${words.sorted}`;
    } catch {
      status.textContent = words.refused;
    }
  });
}

function measure(line, place, words) {
  const at = line.dataset.at.split(",").map(Number);
  if (at.some(Number.isNaN)) return Infinity;
  const metres = distance(place, at);
  const note = line.querySelector("[data-distance]");
  note.textContent = told(metres, words);
  note.hidden = false;
  return metres;
}

/** Offer what needs the place, if this browser can tell it. */
export function offer() {
  if (!navigator.geolocation) return;
  for (const form of document.querySelectorAll("[data-near]")) offerNearest(form);
  for (const button of document.querySelectorAll("[data-sort-by-distance]")) offerSorting(button);
}
