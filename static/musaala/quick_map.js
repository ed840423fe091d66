// The map of Iraq: outlines of its governorates, and tiles behind them if there is a server.
// A touched point chooses a known place near it, or a new one there. All that can be typed, too.
{
  const form = document.getElementById("quick-form");
  const box = document.getElementById("quick-map-box");
  const drawn = document.getElementById("quick-map");
  const near = document.getElementById("quick-near");
  const fresh = document.getElementById("quick-new");
  const DIGITS = 5;
  let map = null;
  let mark = null;

  async function draw() {
    const arabic = document.documentElement.lang === "ar";
    map = L.map(drawn, { attributionControl: Boolean(drawn.dataset.credit), zoomSnap: 0.25 });
    if (map.attributionControl) map.attributionControl.setPrefix(false);
    if (drawn.dataset.tiles) {
      L.tileLayer(drawn.dataset.tiles, { attribution: escaped(drawn.dataset.credit) }).addTo(map);
    }
    map.setView([33.2, 43.7], 5.5);
    map.on("click", (touched) => ask(touched.latlng));
    const answer = await fetch(drawn.dataset.outlines);
    const outlines = L.geoJSON(await answer.json(), {
      style: { className: "quick-outline" },
      onEachFeature(feature, layer) {
        const name = arabic ? feature.properties.name_ar : feature.properties.name;
        layer.bindTooltip(escaped(name), { sticky: true });
      },
    }).addTo(map);
    map.fitBounds(outlines.getBounds(), { padding: [4, 4] });
  }

  function escaped(text) {
    const safe = document.createElement("span");
    safe.textContent = text;
    return safe.innerHTML;
  }

  async function ask(point) {
    if (mark) mark.remove();
    mark = L.circleMarker(point, { radius: 8, className: "quick-mark" }).addTo(map);
    const sent = new FormData();
    sent.append("csrfmiddlewaretoken", form.csrfmiddlewaretoken.value);
    sent.append("lat", point.lat.toFixed(DIGITS));
    sent.append("lon", point.lng.toFixed(DIGITS));
    try {
      const answer = await fetch(form.dataset.near, { method: "POST", body: sent });
      if (!answer.ok || answer.redirected) throw new Error(answer.status);
      offer(point, await answer.json());
    } catch {
      near.textContent = near.dataset.lost;
    }
  }

  function offer(point, found) {
    const said = document.createElement("p");
    said.textContent = found.point;
    near.replaceChildren(
      said,
      ...found.places.map((place) => button(place.label, place.away, () => take(place))),
      button(near.dataset.new, "", () => begin(point)),
    );
  }

  function button(label, beside, act) {
    const made = document.createElement("button");
    const name = document.createElement("bdi");
    made.type = "button";
    made.className = "quick-choice";
    name.textContent = label;
    made.append(name);
    if (beside) {
      const away = document.createElement("span");
      away.textContent = beside;
      made.append(away);
    }
    made.addEventListener("click", () => {
      for (const other of near.querySelectorAll("button")) other.removeAttribute("aria-pressed");
      made.setAttribute("aria-pressed", "true");
      act();
      form.dispatchEvent(new Event("change", { bubbles: true }));
    });
    return made;
  }

  const set = (name, value) => (form.elements[name].value = value);

  function take(place) {
    set("place", place.label);
    set("place_key", place.key);
    for (const name of ["new-name", "new-latitude", "new-longitude"]) set(name, "");
    fresh.open = false;
  }

  function begin(point) {
    set("place", "");
    set("place_key", "");
    set("new-latitude", point.lat.toFixed(DIGITS));
    set("new-longitude", point.lng.toFixed(DIGITS));
    fresh.open = true;
    form.elements["new-name"].focus();
  }

  box.addEventListener("toggle", () => {
    if (box.open && !map) draw();
    else if (map) map.invalidateSize();
  });
}
