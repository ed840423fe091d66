// Offers records while their name is typed, in any spelling. The chosen one's key goes along;
// without this script the name alone is sent, and the server finds out which is meant.
for (const box of document.querySelectorAll(".spelled[data-choices]")) {
  const input = box.querySelector("input[type=text]");
  const key = box.querySelector("[type=hidden]");
  if (!key) continue; // the server asks which is meant
  const list = document.createElement("ul");
  const status = document.createElement("span");
  let waiting = null;
  let asked = 0;
  let active = -1;

  list.id = `${input.id}_offered`;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", input.labels[0] ? input.labels[0].textContent : input.name);
  list.className = "spelled-list";
  list.hidden = true;
  status.className = "visually-hidden";
  status.setAttribute("role", "status");
  for (const [name, value] of Object.entries({
    role: "combobox",
    "aria-autocomplete": "list",
    "aria-expanded": "false",
    "aria-controls": list.id,
  })) input.setAttribute(name, value);
  box.append(list, status);

  const options = () => [...list.querySelectorAll("[role=option]")];

  function close() {
    list.hidden = true;
    active = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }

  function choose(option) {
    input.value = option.dataset.text;
    key.value = option.dataset.key;
    close();
    input.dispatchEvent(new Event("change", { bubbles: true }));
  }

  function move(step) {
    const all = options();
    if (!all.length) return;
    active = (active + step + all.length) % all.length;
    all.forEach((option, at) => option.setAttribute("aria-selected", at === active));
    all[active].scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", all[active].id);
  }

  function show(found) {
    list.replaceChildren(
      ...found.map((each, at) => {
        const option = document.createElement("li");
        option.id = `${list.id}_${at}`;
        option.setAttribute("role", "option");
        option.dataset.key = each.id;
        option.dataset.text = option.textContent = each.text;
        option.dir = "auto";
        option.addEventListener("pointerdown", (touched) => touched.preventDefault());
        option.addEventListener("click", () => choose(option));
        return option;
      }),
    );
    if (!found.length) {
      const none = document.createElement("li");
      none.className = "spelled-none";
      none.textContent = box.dataset.none;
      list.append(none);
    }
    status.textContent = found.length ? box.dataset.found : box.dataset.none;
    active = -1;
    list.hidden = false;
    input.setAttribute("aria-expanded", "true");
  }

  async function look() {
    const term = input.value.trim();
    const mine = ++asked;
    if (term.length < 2) return close();
    const answer = await fetch(`${box.dataset.choices}&term=${encodeURIComponent(term)}`);
    if (!answer.ok || answer.redirected || mine !== asked) return;
    const { results } = await answer.json();
    if (mine === asked && document.activeElement === input) show(results.slice(0, 8));
  }

  input.addEventListener("input", () => {
    key.value = "";
    clearTimeout(waiting);
    waiting = setTimeout(() => look().catch(close), 200);
  });
  input.addEventListener("keydown", (pressed) => {
    if (pressed.key === "Escape") close();
    else if (pressed.key === "ArrowDown" || pressed.key === "ArrowUp") {
      if (list.hidden) return;
      pressed.preventDefault();
      move(pressed.key === "ArrowDown" ? 1 : -1);
    } else if (pressed.key === "Enter" && !list.hidden) {
      pressed.preventDefault();
      const chosen = options()[active] || (options().length === 1 && options()[0]);
      if (chosen) choose(chosen);
    }
  });
  input.addEventListener("blur", close);
  // What was typed before this script was there.
  if (document.activeElement === input && !key.value) look().catch(close);
}
