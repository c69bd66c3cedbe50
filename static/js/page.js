// On every page: live counters, focus on what must be mended, a menu that Escape closes.

for (const count of document.querySelectorAll("[data-count-for]")) {
  const field = document.getElementById(count.dataset.countFor);
  const limit = Number(count.dataset.limit);
  const number = count.querySelector("b");
  if (!field || !number) continue;
  const show = () => {
    const length = [...field.value].length;
    number.textContent = length;
    count.classList.toggle("count--over", length > limit);
  };
  field.addEventListener("input", show);
  show();
}

document.querySelector("[data-focus]")?.focus();

for (const menu of document.querySelectorAll("details.menu")) {
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
}
