// Marking a roster by keyboard (templates/programs/teaching/_roster.html): in a row a number chooses that mark and goes
// on to the next person; the line beside the button counts what is chosen and not saved.

const roster = document.querySelector("form[data-roster]");
if (roster) {
  const said = roster.querySelector("[data-roster-said]");
  const groups = [...roster.querySelectorAll("fieldset")];
  const radios = (group) => [...group.querySelectorAll("input[type=radio]")];
  const before = new Map(groups.map((group) => [group, radios(group).find((radio) => radio.checked)]));

  const count = () => {
    const changed = groups.filter((group) => radios(group).find((radio) => radio.checked) !== before.get(group));
    if (said) said.textContent = changed.length ? said.dataset.rosterWords.replace("{n}", changed.length) : "";
  };

  roster.addEventListener("change", count);
  roster.addEventListener("keydown", (event) => {
    const group = event.target.closest("fieldset");
    if (!group || event.target.type !== "radio" || event.ctrlKey || event.metaKey || event.altKey) return;
    const radio = /^[1-9]$/.test(event.key) ? radios(group)[Number(event.key) - 1] : null;
    if (!radio) return;
    event.preventDefault();
    radio.checked = true;
    radio.dispatchEvent(new Event("change", { bubbles: true }));
    const next = groups[groups.indexOf(group) + 1];
    const target = next ? before.get(next) || radios(next).find((one) => one.checked) || radios(next)[0] : radio;
    target.focus();
  });
}
