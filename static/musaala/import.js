// Asks for one slice of the work after the other, and shows how far it is. What the server
// has done is done, so a lost answer costs nothing but the time until the next question.
{
  const form = document.getElementById("import-go");
  const bar = document.getElementById("import-progress");
  const done = document.getElementById("import-done");
  const doing = document.getElementById("import-doing");
  const stopped = document.getElementById("import-stopped");
  const token = form.querySelector("[name=csrfmiddlewaretoken]").value;

  async function slice() {
    const answer = await fetch(form.action, {
      method: "POST",
      headers: { Accept: "application/json", "X-CSRFToken": token },
    });
    if (!answer.ok || answer.redirected) throw new Error(answer.status);
    return answer.json();
  }

  async function work() {
    let wait = 300;
    try {
      const progress = await slice();
      stopped.hidden = true;
      bar.max = progress.total;
      bar.value = progress.done;
      done.textContent = progress.done;
      doing.textContent = progress.doing;
      if (!progress.at_work) {
        window.location.assign(form.dataset.after);
        return;
      }
    } catch {
      stopped.hidden = false;
      wait = 3000;
    }
    setTimeout(work, wait);
  }
  work();
}
