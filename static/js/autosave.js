// Saves a draft while it is written: <form data-autosave="address"> and a line [data-autosave-status].
// The address takes the form as it is (header X-Autosave: 1) and answers {"saved": "sentence"}, or a
// status of 400 and more, after which the sentence in data-failed stands in the line.

for (const form of document.querySelectorAll("form[data-autosave]")) {
  const line = document.querySelector("[data-autosave-status]");
  let timer = null;
  let running = false;
  let again = false;

  const say = (text) => { if (line) line.textContent = text; };

  const save = async () => {
    if (running) { again = true; return; }
    running = true;
    const body = new FormData(form);
    for (const [name, value] of [...body]) if (value instanceof File) body.delete(name);
    try {
      const answer = await fetch(form.dataset.autosave, {
        method: "POST", body, headers: { "X-Autosave": "1" }, credentials: "same-origin",
      });
      if (!answer.ok) throw new Error(answer.status);
      const { saved } = await answer.json();
      say(saved);
    } catch {
      say(line?.dataset.failed ?? "");
    }
    running = false;
    if (again) { again = false; save(); }
  };

  const soon = () => { clearTimeout(timer); timer = setTimeout(save, 2000); };
  form.addEventListener("input", soon);
  form.addEventListener("change", soon);
  form.addEventListener("submit", () => clearTimeout(timer));
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden" && timer !== null) { clearTimeout(timer); save(); }
  });
}
