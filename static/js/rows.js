// Rows of a form that people add to (portal/rows.py): adds and removes them without a page, takes a removal back,
// numbers what is left anew, and says each in the line beside. Every change sounds as `input`, for autosave, which
// asks with `rows-wanted` for as many rows as it has to fill.

for (const rows of document.querySelectorAll("[data-rows]")) {
  const { rows: name, rowsMost: most, rowsWord: word, rowsAdded: added, rowsRemoved: removed,
    rowsRestored: restored, rowsFull: full } = rows.dataset;
  const list = rows.querySelector("[data-rows-list]");
  const add = rows.querySelector("[data-rows-add]");
  const said = rows.querySelector("[data-rows-said]");
  const undo = rows.querySelector("[data-rows-undo]");
  const blank = rows.querySelector("template[data-rows-blank]").content;
  let gone = null;

  const all = () => [...list.querySelectorAll(":scope > [data-rows-row]")];
  const fields = (row) => [...row.querySelectorAll("input, select")];
  const isBlank = (row) => fields(row).every((field) => field.value.trim() === "");
  const focus = (row) => fields(row)[0].focus();
  const say = (sentence, number) => { said.textContent = sentence.replace("{n}", number); };

  const renumber = () => {
    all().forEach((row, index) => {
      const label = word.replace("{n}", index + 1);
      row.setAttribute("aria-label", label);
      row.querySelector("[data-rows-remove] .visually-hidden").textContent = ` ${label}`;
      for (const part of row.querySelectorAll("[id], [for], [name]")) {
        for (const attribute of ["id", "for", "name", "aria-describedby"]) {
          const old = part.getAttribute(attribute);
          if (old === null) continue;
          const start = attribute === "name" ? name : rows.id;
          const renewed = old.split(" ").map((token) => {
            if (!token.startsWith(`${start}-`)) return token;
            return `${start}-${index}${token.slice(start.length + 1).replace(/^(\d+|__row__)/, "")}`;
          });
          part.setAttribute(attribute, renewed.join(" "));
        }
      }
    });
    add.hidden = all().length >= Number(most);
  };

  const changed = () => {
    renumber();
    rows.dispatchEvent(new Event("input", { bubbles: true }));
  };

  const append = () => {
    list.append(blank.cloneNode(true));
    all().at(-1).querySelector("[data-rows-remove]").hidden = false;
  };

  const forget = () => { gone = null; undo.hidden = true; };

  add.type = "button";   // no longer the button that Enter presses
  add.addEventListener("click", () => {
    forget();
    append();
    changed();
    say(add.hidden ? `${added} ${full}` : added, all().length);
    focus(all().at(-1));
  });

  list.addEventListener("click", (event) => {
    const row = event.target.closest("[data-rows-remove]")?.closest("[data-rows-row]");
    if (!row) return;
    const index = all().indexOf(row);
    if (!isBlank(row)) gone = { row, index };   // what was written can be had back until a row is added
    row.remove();
    if (!all().length) append();
    undo.hidden = gone === null;
    changed();
    say(removed, index + 1);
    focus(all()[Math.min(index, all().length - 1)]);
  });

  undo.addEventListener("click", () => {
    const { row, index } = gone;
    const rest = all();
    if (rest.length === 1 && isBlank(rest[0])) rest[0].remove();
    list.insertBefore(row, all()[index] ?? null);
    forget();
    changed();
    say(restored, index + 1);
    focus(row);
  });

  rows.addEventListener("rows-wanted", ({ detail }) => {
    while (all().length < Math.min(detail, Number(most))) append();
    renumber();
  });

  // Without the script two blank rows stand ready; with it, one only where there is nothing else.
  for (const row of all().reverse()) {
    if (!isBlank(row) || all().length === 1) break;
    row.remove();
  }
  for (const button of list.querySelectorAll("[data-rows-remove]")) button.hidden = false;
  rows.querySelector("[data-rows-plain]").remove();
  renumber();
}
