// What is typed and not saved is not lost by a button above the form without a question.
{
  const form = document.querySelector("#content-main > form");
  let typed = false;
  if (form) {
    django.jQuery(form).on("input change", () => { typed = true; });
    form.addEventListener("submit", () => { typed = false; });
    window.addEventListener("beforeunload", (leaving) => { if (typed) leaving.preventDefault(); });
  }
}
