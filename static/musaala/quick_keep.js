// Keeps what is typed in this browser until it is saved. It is sealed with a key that the
// server gives to this page and to this person alone, so nobody reads it without signing in.
{
  const PREFIX = "musaala-kept:";
  const LEFT_OUT = ["csrfmiddlewaretoken", "entry", "anyway"];
  const form = document.getElementById("quick-form");
  const bar = document.getElementById("quick-kept");
  const offer = document.getElementById("quick-offered");
  const at = document.getElementById("quick-kept-at");
  const own = `${PREFIX}${bar.dataset.person}:`;
  const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const text = (raw) => btoa(String.fromCharCode(...new Uint8Array(raw)));
  let sealing = null;
  let waiting = null;
  let untouched = "";

  const random = () =>
    Array.from(crypto.getRandomValues(new Uint8Array(16)), (n) => n.toString(16).padStart(2, "0"));
  const entry = form.entry.value || sessionStorage.getItem("musaala-entry") || random().join("");
  form.entry.value = entry;
  sessionStorage.setItem("musaala-entry", entry);

  function typed() {
    const said = [...new FormData(form)].filter(([name]) => !LEFT_OUT.includes(name));
    return JSON.stringify(said);
  }

  async function keep() {
    const said = typed();
    if (said === untouched) return;
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const raw = new TextEncoder().encode(said);
    const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, await sealing, raw);
    const now = Date.now();
    try {
      localStorage.setItem(
        own + entry,
        JSON.stringify({ at: now, iv: text(iv), sealed: text(sealed) }),
      );
    } catch {
      return; // no room, or not allowed: then nothing is said to be kept
    }
    say(now);
  }

  function say(moment) {
    at.textContent = clock(moment);
    bar.hidden = false;
  }

  function clock(moment) {
    const options = { hour: "2-digit", minute: "2-digit" };
    return new Date(moment).toLocaleTimeString(document.documentElement.lang, options);
  }

  async function opened(key) {
    try {
      const kept = JSON.parse(localStorage.getItem(key));
      const how = { name: "AES-GCM", iv: bytes(kept.iv) };
      const raw = await crypto.subtle.decrypt(how, await sealing, bytes(kept.sealed));
      return { at: kept.at, said: JSON.parse(new TextDecoder().decode(raw)) };
    } catch {
      localStorage.removeItem(key); // sealed before the password was changed
      return null;
    }
  }

  function fillIn(said) {
    for (const field of form.elements) {
      if (field.type === "checkbox" || field.type === "radio") field.checked = false;
      else if (field.multiple) for (const option of field.options) option.selected = false;
    }
    for (const [name, value] of said) {
      for (const field of form.querySelectorAll(`[name="${CSS.escape(name)}"]`)) {
        if (field.type === "checkbox" || field.type === "radio") {
          if (field.value === value) field.checked = true;
        } else if (field.multiple) {
          for (const option of field.options) option.selected ||= option.value === value;
        } else field.value = value;
      }
    }
    form.dispatchEvent(new Event("taken-up"));
    form.dispatchEvent(new Event("change", { bubbles: true }));
    for (const box of form.querySelectorAll("details")) {
      const filled = [...box.querySelectorAll("input[type=text], input[type=number], textarea")];
      if (filled.some((field) => field.value && field.value !== field.defaultValue)) box.open = true;
    }
  }

  function restart() {
    sessionStorage.removeItem("musaala-entry");
    window.location.assign(window.location.pathname);
  }

  async function offerOthers() {
    const others = Object.keys(localStorage).filter(
      (key) => key.startsWith(own) && key !== own + entry,
    );
    for (const key of others) {
      const kept = await opened(key);
      if (!kept) continue;
      const said = new Map(kept.said);
      const what = [said.get("title"), said.get("place"), said.get("occurred_from")];
      const words = what.filter(Boolean).join(", ");
      document.getElementById("quick-offered-what").textContent = `${clock(kept.at)} ${words}`;
      document.getElementById("quick-take-up").onclick = () => {
        localStorage.removeItem(key);
        fillIn(kept.said);
        offer.hidden = true;
      };
      document.getElementById("quick-drop").onclick = () => {
        localStorage.removeItem(key);
        offer.hidden = true;
        offerOthers();
      };
      offer.hidden = false;
      return;
    }
  }

  async function begin() {
    sealing = crypto.subtle.importKey("raw", bytes(bar.dataset.seal), "AES-GCM", false, [
      "encrypt",
      "decrypt",
    ]);
    bar.removeAttribute("data-seal");
    untouched = bar.dataset.bound ? "" : typed();
    if (bar.dataset.bound) await keep();
    else if (localStorage.getItem(own + entry)) {
      const kept = await opened(own + entry);
      if (kept) {
        fillIn(kept.said);
        say(kept.at);
      }
    } else await offerOthers();
    const later = () => {
      clearTimeout(waiting);
      waiting = setTimeout(keep, 250);
    };
    form.addEventListener("input", later);
    form.addEventListener("change", later);
    form.addEventListener("submit", keep);
    window.addEventListener("pagehide", () => clearTimeout(waiting));
    document.addEventListener("visibilitychange", keep);
    document.getElementById("quick-throw").addEventListener("click", () => {
      clearTimeout(waiting);
      form.removeEventListener("input", later);
      form.removeEventListener("change", later);
      localStorage.removeItem(own + entry);
      untouched = typed();
      restart();
    });
  }

  // Without a secure connection there is nothing to seal with, and so nothing is kept.
  if (window.crypto && crypto.subtle) begin();
}
