// A button that copies what a field holds: <button data-copy-of="id" data-done="Copied" hidden>. Without this script
// it stays hidden, and the field can be copied from by hand.

for (const button of document.querySelectorAll("[data-copy-of]")) {
  const field = document.getElementById(button.dataset.copyOf);
  if (!field || !navigator.clipboard) continue;
  const label = button.textContent;
  button.setAttribute("aria-live", "polite");
  button.hidden = false;
  button.addEventListener("click", async () => {
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
    } catch {
      return;  // the field is chosen; the keys of the system still copy it
    }
    button.textContent = button.dataset.done;
    setTimeout(() => { button.textContent = label; }, 2000);
  });
}
