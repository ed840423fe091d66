// Asks, while somebody types, which attacks here are like it, and proposes a title. By POST,
// so that nothing of it stands in a log.
{
  const list = document.getElementById("quick-alike");
  const form = list.closest("form");
  const beside = list.closest("[data-asks]");
  const warning = document.getElementById("quick-alike-warning");
  const sum = document.getElementById("quick-sum");
  const known = document.getElementById("quick-known");
  const ASKED = /^(occurred|place|kind|title|new-|source-address)/;
  let waiting = null;
  let asked = 0;
  let proposed = form.title.value;

  async function ask() {
    const mine = ++asked;
    const sent = new FormData(form);
    for (const name of [...sent.keys()]) {
      if (!ASKED.test(name) && name !== "csrfmiddlewaretoken") sent.delete(name);
    }
    if (sum && form.title.value === proposed) sent.set("title", "");
    if (form.place.selectedOptions) {
      sent.set("place_key", form.place.value); // of the long form, which sends a key alone
      sent.set("place", form.place.value && form.place.selectedOptions[0].text);
    }
    const answer = await fetch(beside.dataset.asks, { method: "POST", body: sent });
    if (!answer.ok || answer.redirected) return;
    const said = await answer.json();
    if (mine === asked) show(said);
  }

  function show(said) {
    list.innerHTML = said.alike; // written by our own template, which escapes
    warning.hidden = !said.likely;
    if (!sum) return; // the long form proposes nothing
    sum.textContent = said.likely ? sum.dataset.likely : "";
    known.hidden = !said.source;
    known.querySelector("bdi").textContent = said.source;
    form.classList.toggle("quick-source-known", Boolean(said.source));
    if (said.title && (!form.title.value || form.title.value === proposed)) {
      form.title.value = proposed = said.title;
    }
  }

  function later(changed) {
    if (changed.target.name && !ASKED.test(changed.target.name)) return;
    clearTimeout(waiting);
    waiting = setTimeout(() => ask().catch(() => {}), 350);
  }

  form.addEventListener("input", later);
  form.addEventListener("change", later);
  if (window.django && django.jQuery) django.jQuery(form.place).on("select2:select", later);
  form.addEventListener("taken-up", () => ask().catch(() => {}));
  form.addEventListener("submit", () => {
    clearTimeout(waiting);
    asked += 1;
  });
  if (form.occurred_from.value) ask().catch(() => {});
}
