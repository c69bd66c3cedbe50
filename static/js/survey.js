// A survey: <form data-survey="name"> counts what is answered, and keeps what is typed in this tab alone until it is
// sent, in case a log-out comes between. The server holds no draft, so that nothing there joins a person and answers.
// [data-survey-sent="name"] is the page of thanks, on which the copy goes.

const sent = document.querySelector("[data-survey-sent]");
if (sent) sessionStorage.removeItem(sent.dataset.surveySent);

const form = document.querySelector("form[data-survey]");
if (form) {
  const name = form.dataset.survey;
  const asked = () => [...form.elements].filter((control) => control.name && control.name !== "csrfmiddlewaretoken" && control.type !== "submit");
  const isChoice = (control) => control.type === "radio" || control.type === "checkbox";
  const isAnswered = (control) => (isChoice(control) ? control.checked : control.value.trim() !== "");

  const count = () => {
    const names = new Set(asked().filter(isAnswered).map((control) => control.name));
    const shown = form.querySelector("[data-progress-of]");
    const bar = shown.querySelector("progress");
    bar.value = names.size;
    shown.querySelector("span").textContent = form.dataset.counted.replace("{answered}", names.size).replace("{count}", bar.max);
    shown.hidden = false;
  };

  const keep = () => {
    const kept = asked().filter(isAnswered).map((control) => [control.name, control.value]);
    try { sessionStorage.setItem(name, JSON.stringify(kept)); } catch { /* then nothing is kept */ }
  };

  const bringBack = () => {
    if (asked().some(isAnswered)) return;   // what the server sent back comes first
    let kept = [];
    try { kept = JSON.parse(sessionStorage.getItem(name)) ?? []; } catch { return; }
    for (const [key, value] of kept) {
      for (const control of asked().filter((other) => other.name === key)) {
        if (!isChoice(control)) control.value = value;
        else if (control.value === value) control.checked = true;
      }
    }
  };

  bringBack();
  count();
  form.addEventListener("input", () => { count(); keep(); });
}
