// On every page: live counters, focus on what must be mended, a menu that Escape closes, forms that are sent once,
// and the copies of autosave.js, which do not outlive a log-out or two weeks.

{
  // What the server keeps of a text (portal/validators.py), which is what it counts.
  const LINE_BREAKS = /\r\n|[\r\v\f\u0085\u2028\u2029]/g;
  const UNWANTED = /[\0-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]|\p{Cs}/gu;
  const kept = (field) => {
    const text = field.value.normalize("NFC").replace(LINE_BREAKS, "\n").replace(UNWANTED, "").trim();
    return field.localName === "textarea" ? text : text.replace(/\s+/g, " ");
  };

  for (const count of document.querySelectorAll("[data-count-for]")) {
    const field = document.getElementById(count.dataset.countFor);
    const limit = Number(count.dataset.limit);
    const number = count.querySelector("b");
    if (!field || !number) continue;
    const show = () => {
      const length = [...kept(field)].length;
      number.textContent = length;
      count.classList.toggle("count--over", length > limit);
    };
    field.addEventListener("input", show);
    show();
  }
}

document.querySelector("[data-focus]")?.focus();

for (const menu of document.querySelectorAll("details.menu")) {
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
}

{
  // Asked last, so that a script which holds a form back for a while does not make the second try the first.
  const sent = new WeakSet();
  document.addEventListener("submit", (event) => {
    if (event.defaultPrevented || !event.target.matches("form[data-once]")) return;
    if (sent.has(event.target)) event.preventDefault();
    sent.add(event.target);
    setTimeout(() => sent.delete(event.target), 10_000);   // where no answer came, it can be tried again
  });
  addEventListener("pageshow", () => { for (const form of document.forms) sent.delete(form); });
}

{
  const WEEKS = 14 * 24 * 60 * 60 * 1000;
  const forget = (which) => {   // drop the copies of which `which` says so
    try {
      for (const name of Object.keys(localStorage)) {
        if (name.startsWith("draft:") && which(name.slice(6))) localStorage.removeItem(name);
      }
    } catch { /* storage is forbidden, so there is nothing in it */ }
  };
  const isOld = (name) => {
    try { return !(JSON.parse(localStorage.getItem(`draft:${name}`)).at > Date.now() - WEEKS); } catch { return true; }
  };

  forget(isOld);
  for (const place of document.querySelectorAll("[data-copies]")) {   // before it is sent: what may not be saved yet
    const start = `${place.dataset.copies}:`;
    const steps = place.querySelector("[data-copies-steps]");
    forget((name) => {
      const step = name.startsWith(start) && document.querySelector(`a[href$="?step=${CSS.escape(name.slice(start.length))}"]`);
      if (step) {
        const link = document.createElement("a");
        link.href = step.href;
        link.textContent = step.querySelector("b, span")?.textContent ?? step.textContent;
        steps.append(" ", link);
        place.hidden = false;
      }
      return false;
    });
  }
  document.addEventListener("submit", (event) => {
    if (!event.defaultPrevented && event.target.matches("form[action$='/logout/']")) forget(() => true);
  });
}
