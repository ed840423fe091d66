// j and k move between the items of the queue; Enter follows the link that has the focus.
document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, select, textarea");
  if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
  const step = { j: 1, k: -1 }[event.key];
  if (!step) return;
  const links = [...document.querySelectorAll(".queue-item h2 a")];
  const here = event.target.closest(".queue-item");
  const at = here ? links.indexOf(here.querySelector("h2 a")) : step > 0 ? -1 : links.length;
  const next = links[at + step];
  if (next) {
    next.focus();
    next.closest(".queue-item").scrollIntoView({ block: "nearest" });
  }
});
