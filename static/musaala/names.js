// While a group's name is typed, the groups it may be of are shown below the field.
{
  const NAMES = "#id_name, #id_name_ar, [name^='names-'][name$='-text']";
  const key = /\/group\/(\d+)\/change\//.exec(location.pathname);
  const base = location.pathname.replace(/\/group\/.*/, "/group/alike/");
  const waiting = new WeakMap();

  const panelOf = (field) => {
    const box = field.closest("td, .form-row > div, .form-row") || field.parentElement;
    let panel = box.querySelector(".alike");
    if (!panel) {
      panel = document.createElement("div");
      panel.className = "alike";
      panel.setAttribute("role", "status");
      box.append(panel);
    }
    return panel;
  };

  const ask = async (field) => {
    const term = field.value.trim();
    const asked = new URLSearchParams({ term, group: key ? key[1] : "" });
    const answer = term.length > 1 ? await fetch(`${base}?${asked}`) : null;
    if (answer && !answer.ok) return;
    const text = answer ? await answer.text() : "";
    if (field.value.trim() === term) panelOf(field).innerHTML = text;
  };

  document.addEventListener("input", (event) => {
    if (!base.endsWith("/alike/") || !event.target.matches(NAMES)) return;
    clearTimeout(waiting.get(event.target));
    waiting.set(event.target, setTimeout(ask, 350, event.target));
  });
}
