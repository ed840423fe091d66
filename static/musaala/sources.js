/* The form of a source: what is known of an address as soon as it stands in its field.
   Only our own server is asked. Without this script the form says so when it is saved. */
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const publisher = document.getElementById("id_publisher");
  const own = location.pathname.match(/\/source\/(\d+)\//)?.[1];
  const list = location.pathname.replace(/\/source\/.*$/, "/source/");
  let proposed = "";

  const tell = (said, known) => {
    said.replaceChildren();
    if (!known.said || String(known.pk) === own) return;
    said.append(known.said);
    if (!known.link) return;
    const link = document.createElement("a");
    link.href = known.link;
    link.append(document.createElement("bdi"));
    link.firstChild.textContent = known.label;
    said.append(" ", link);
  };

  for (const name of ["address", "archived_address"]) {
    const field = document.getElementById(`id_${name}`);
    if (!field) continue;
    const said = document.createElement("div");
    said.className = "address-known";
    said.setAttribute("role", "status");
    (field.closest(".flex-container") ?? field).after(said);
    field.addEventListener("change", async () => {
      const address = field.value.trim();
      if (!address) return said.replaceChildren();
      const asked = new URLSearchParams({ address });
      const answer = await fetch(`${list}at-address/?${asked}`, { credentials: "same-origin" });
      if (!answer.ok || field.value.trim() !== address) return;
      const known = await answer.json();
      tell(said, known);
      if (known.publisher && publisher && (!publisher.value || publisher.value === proposed)) {
        publisher.value = proposed = known.publisher;
      }
    });
  }
});
