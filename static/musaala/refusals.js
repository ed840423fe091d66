// After a refused form the cursor stands in the first field to correct, wherever it hides.
{
  const reach = (id) => {
    const field = document.getElementById(id);
    if (!field) return;
    for (let around = field.closest("details"); around; around = around.parentElement.closest("details")) around.open = true;
    const shown = field.classList.contains("select2-hidden-accessible")
      ? field.parentElement.querySelector(".select2-selection") : field.matches("input, select, textarea") ? field
        : field.querySelector("input, select, textarea");
    (shown || field).focus();
    (shown || field).scrollIntoView({ block: "center" });
  };
  const links = document.querySelectorAll(".refusals a");
  for (const link of links) {
    link.addEventListener("click", (event) => { event.preventDefault(); reach(link.hash.slice(1)); });
  }
  // Choices that are typed are dressed by a script of Django's when the page is ready.
  window.addEventListener("load", () => { if (links.length) setTimeout(reach, 0, links[0].hash.slice(1)); });
}
