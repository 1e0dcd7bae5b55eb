/** The map to move about in: loaded when somebody asks for it, drawn from the site's own outlines and points. */

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

function load(address) {
  return new Promise((done, failed) => {
    const script = document.createElement("script");
    script.src = address;
    script.onload = done;
    script.onerror = failed;
    document.head.append(script);
  });
}

function words(properties) {
  const told = document.createElement("div");
  const link = document.createElement("a");
  link.href = properties.address;
  link.textContent = properties.name;
  told.append(link);
  for (const text of [properties.kind, properties.where, properties.open]) {
    if (text) told.append(document.createElement("br"), text);
  }
  return told;
}

function draw(box, data) {
  const map = window.L.map(box, { attributionControl: false });
  const areas = window.L.geoJSON(data, {
    filter: (one) => one.geometry.type !== "Point",
    style: (one) => ({
      color: colour("--brand"), weight: one.properties.kind === "community" ? 1 : 3, fillColor: colour("--brand"),
      fillOpacity: one.properties.kind === "community" ? 0.08 : 0,
    }),
    onEachFeature: (one, layer) => layer.bindTooltip(one.properties.area),
  }).addTo(map);
  const points = window.L.geoJSON(data, {
    filter: (one) => one.geometry.type === "Point",
    pointToLayer: (one, at) => window.L.circleMarker(at, {
      radius: 8, color: colour("--paper"), weight: 2, fillColor: colour("--danger"), fillOpacity: 1,
    }),
    onEachFeature: (one, layer) => layer.bindPopup(() => words(one.properties)),
  }).addTo(map);
  const bounds = points.getLayers().length ? points.getBounds() : areas.getBounds();
  map.fitBounds(bounds.pad(0.1));
}

for (const button of document.querySelectorAll("[data-map]")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    button.disabled = true;
    const sheet = document.createElement("link");
    sheet.rel = "stylesheet";
    sheet.href = button.dataset.sheet;
    document.head.append(sheet);
    try {
      const [answer] = await Promise.all([fetch(button.dataset.map), load(button.dataset.script)]);
      const box = document.createElement("div");
      box.className = "live-map";
      box.setAttribute("role", "application");
      box.setAttribute("aria-label", button.dataset.label);
      button.parentElement.querySelector("svg").replaceWith(box);
      draw(box, await answer.json());
      button.remove();
    } catch {
      button.disabled = false;
    }
  });
}
