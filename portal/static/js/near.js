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

/** What lies at an address with the metres to each, the nearest first; or what is wrong, in words. */
async function nearest(address, words) {
  let place;
  try {
    place = await here();
  } catch {
    return { problem: words.refused };
  }
  try {
    const answer = await fetch(address);
    if (!answer.ok) throw new Error(String(answer.status));
    const points = (await answer.json()).features.filter((one) => one.geometry.type === "Point");
    const near = points.map((one) => [distance(place, one.geometry.coordinates), one.properties]);
    return { near: near.sort((one, other) => one[0] - other[0]) };
  } catch {
    return { problem: words.failed };
  }
}

/** The front page: the nearest five of the chosen kind. */
function offerNearest(form) {
  const button = form.querySelector("[data-locate]");
  const answer = form.querySelector("[data-nearest]");
  const words = JSON.parse(answer.dataset.words);
  button.hidden = false;
  button.addEventListener("click", async () => {
    answer.textContent = words.asking;
    const kind = form.querySelector("[name=kind]").value;
    const told = await nearest(`${form.dataset.near}${kind ? `?kind=${encodeURIComponent(kind)}` : ""}`, words);
    if (told.near) show(answer, told.near, words);
    else answer.textContent = told.problem;
  });
}

function show(answer, near, words) {
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

/** The list of facilities: the nearest of all that the list has, on whatever page of it they stand. */
function offerSorting(button) {
  const words = JSON.parse(button.dataset.words);
  const status = document.querySelector("[data-found]");
  const list = document.querySelector(".places-list");
  if (!list) return;
  const before = status.textContent;
  button.hidden = false;
  button.addEventListener("click", async () => {
    status.textContent = words.asking;
    const told = await nearest(button.dataset.sortByDistance, words);
    if (!told.near) {
      status.textContent = `${before} ${told.problem}`;
      return;
    }
    const shown = told.near.slice(0, Number(button.dataset.most));
    list.start = 1;
    list.replaceChildren(...shown.map(([metres, one]) => lineOf(metres, one, words)));
    for (const pages of document.querySelectorAll("nav.pages")) pages.hidden = true;
    status.textContent = `${before} ${words.sorted}`;
  });
}

/** A line as the server draws it, with the distance. */
function lineOf(metres, one, words) {
  const line = document.createElement("li");
  const heading = document.createElement("h2");
  const link = document.createElement("a");
  link.href = one.address;
  link.lang = "zh-Hans";
  link.textContent = one.name;
  heading.append(link);
  const facts = document.createElement("p");
  facts.className = "line-facts";
  const open = one.open && words.open.replace("{hours}", one.open);
  for (const [text, language] of [[one.kind], [one.where, "zh-Hans"], [open], [one.room], [told(metres, words)]]) {
    if (!text) continue;
    const part = document.createElement("span");
    part.textContent = text;
    if (language) part.lang = language;
    facts.append(part);
  }
  line.append(heading, facts);
  return line;
}

/** Offer what needs the place, if this browser can tell it. */
export function offer() {
  if (!navigator.geolocation) return;
  for (const form of document.querySelectorAll("[data-near]")) offerNearest(form);
  for (const button of document.querySelectorAll("[data-sort-by-distance]")) offerSorting(button);
}
