// Names the boxes that Select2 puts in place of lists: with the field's label, and the choice.
{
  let made = 0;

  function headingOf(select) {
    const cell = select.closest("td");
    if (select.labels.length) return select.labels[0];
    return cell && cell.closest("table").querySelectorAll("thead th")[cell.cellIndex];
  }

  function nameAll(within) {
    for (const select of within.querySelectorAll("select.select2-hidden-accessible")) {
      const box = select.parentElement.querySelector(".select2-selection");
      const heading = headingOf(select);
      if (!box || !heading) continue;
      heading.id ||= `heading_of_${select.id || (made += 1)}`;
      const chosen = box.querySelector(".select2-selection__rendered");
      if (chosen) chosen.setAttribute("aria-labelledby", heading.id);
      box.setAttribute("aria-labelledby", [heading.id, chosen && chosen.id].join(" ").trim());
    }
  }

  django.jQuery(() => nameAll(document));
  document.addEventListener("formset:added", (added) => nameAll(added.target));
}
