// Choices in order (mentoring/forms/wishes.py): the buttons move a choice without a page, and rows can be dragged by their
// grip. What moves is the value of a row's list, so that names and labels stay where they are; every change sounds as
// `input`, for autosave.

for (const ranking of document.querySelectorAll("[data-ranking]")) {
  const rows = [...ranking.querySelectorAll("[data-ranking-row]")];
  const lists = rows.map((row) => row.querySelector("select"));
  const status = ranking.parentElement.querySelector("[data-ranking-status]");
  let dragged = null;

  const move = (from, to) => {
    if (from === to || to < 0 || to >= lists.length) return;
    const values = lists.map((list) => list.value);
    values.splice(to, 0, ...values.splice(from, 1));
    lists.forEach((list, place) => { list.value = values[place]; });
    const chosen = lists[to].selectedOptions[0]?.textContent ?? "";
    status.textContent = `${chosen}: ${ranking.dataset.rankingSaid.replace("{n}", to + 1)}`;
    lists[to].dispatchEvent(new Event("input", { bubbles: true }));
    lists[to].dispatchEvent(new Event("change", { bubbles: true }));
  };

  ranking.addEventListener("click", (event) => {
    const button = event.target.closest("[data-ranking-move]");
    if (!button) return;
    event.preventDefault();
    const [place, way] = button.value.split(":");
    const to = Number(place) + (way === "down" ? 1 : -1);
    move(Number(place), to);
    const next = rows[to]?.querySelector(`[data-ranking-move][value$="${way}"]:not([disabled])`);
    (next ?? rows[to]?.querySelector("[data-ranking-move]:not([disabled])"))?.focus();
  });

  rows.forEach((row, place) => {
    const grip = row.querySelector("[data-ranking-grip]");
    grip.hidden = false;
    grip.draggable = true;
    grip.addEventListener("dragstart", (event) => {
      dragged = place;
      event.dataTransfer.effectAllowed = "move";
      event.dataTransfer.setData("text/plain", String(place));
      event.dataTransfer.setDragImage(row, 0, 0);
      row.classList.add("is-dragged");
    });
    grip.addEventListener("dragend", () => {
      dragged = null;
      for (const one of rows) one.classList.remove("is-dragged", "is-over");
    });
    row.addEventListener("dragover", (event) => {
      if (dragged === null) return;
      event.preventDefault();
      for (const one of rows) one.classList.toggle("is-over", one === row);
    });
    row.addEventListener("drop", (event) => {
      if (dragged === null) return;
      event.preventDefault();
      move(dragged, place);
    });
  });
}
