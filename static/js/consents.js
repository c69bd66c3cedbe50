// One box that ticks every consent of its group, and never one of the other group.

for (const group of document.querySelectorAll("[data-consents]")) {
  const all = group.querySelector("[data-consents-all]");
  const boxes = [...group.querySelectorAll("[data-consent]")];
  if (!all || boxes.length < 2) continue;
  const show = () => {
    const ticked = boxes.filter((box) => box.checked).length;
    all.checked = ticked === boxes.length;
    all.indeterminate = ticked > 0 && !all.checked;
  };
  all.addEventListener("change", () => {
    const wanted = all.checked;
    for (const box of boxes) {
      if (box.checked === wanted) continue;
      box.checked = wanted;
      box.dispatchEvent(new Event("change", { bubbles: true }));
    }
  });
  group.addEventListener("change", show);
  all.closest("[hidden]").hidden = false;
  show();
}
