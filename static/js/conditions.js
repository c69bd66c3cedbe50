// Questions that are asked only because of another answer: [data-shown-if="key"][data-shown-values='["yes"]'].
// Each is shown while the question it depends on is shown itself and has one of the answers named. What was
// answered stays in the form while it is out of sight. Without the script everything is shown, with a note.

for (const form of document.querySelectorAll("form:has([data-shown-if])")) {
  const boxes = [...form.querySelectorAll("[data-shown-if]")];
  for (const note of form.querySelectorAll("[data-shown-note]")) note.hidden = true;

  const chosen = (key) => {
    const values = new Set();
    for (const control of form.elements) {
      if (control.name !== key || control.closest("[data-shown-if][hidden]")) continue;
      if ((control.type !== "checkbox" && control.type !== "radio") || control.checked) values.add(control.value);
    }
    return values;
  };

  const update = () => {
    for (const box of boxes) {   // in the order of the form, so that one that depends on another comes after it
      const values = chosen(box.dataset.shownIf);
      box.hidden = !JSON.parse(box.dataset.shownValues).some((value) => values.has(value));
    }
  };

  form.addEventListener("input", update);
  form.addEventListener("change", update);
  update();
}
