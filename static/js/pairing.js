// The board of the pairing desk (templates/admin/mentoring/pairing/board.html): a card is dragged to another mentor, or
// both are chosen above, and what the pair would cost is shown at once. Nothing is kept before its own form is sent.
// [data-pairing] is the address that answers {html, status}; [data-pairing-cost] takes the answer. Without this file the same
// form and the links of the cards load the page anew.

const board = document.querySelector("[data-pairing]");

if (board) {
  const ask = board.querySelector("[data-pairing-ask]");
  const cost = board.querySelector("[data-pairing-cost]");
  const { mentee, mentor } = ask.elements;
  const columns = [...board.querySelectorAll("[data-pairing-mentor]")];
  const cards = [...board.querySelectorAll("[data-pairing-mentee]")];
  let dragged = null;
  let asked = 0;

  const say = (text) => {
    const line = document.createElement("p");
    line.textContent = text;
    cost.replaceChildren(line);
  };

  const mark = () => cards.forEach((card) => card.classList.toggle("is-chosen", card.dataset.pairingMentee === mentee.value));

  const show = async (focus) => {
    mark();
    if (!mentee.value || !mentor.value) return;
    const number = ++asked;
    const address = new URL(board.dataset.pairing, location.href);
    address.search = new URLSearchParams({ mentee: mentee.value, mentor: mentor.value });
    cost.setAttribute("aria-busy", "true");
    say(board.dataset.pairingWaits);
    try {
      const answer = await fetch(address, { credentials: "same-origin", headers: { Accept: "application/json" } });
      if (!answer.ok) throw new Error(answer.status);
      const { html } = await answer.json();
      if (number !== asked) return;  // something else was asked meanwhile
      const page = new DOMParser().parseFromString(html, "text/html");
      cost.replaceChildren(...page.body.childNodes);
      const here = new URL(location.href);
      here.search = address.search;
      here.hash = "";
      history.replaceState(null, "", here);
      if (focus) cost.querySelector("h2")?.focus({ preventScroll: true });
      cost.scrollIntoView({ block: "nearest" });
    } catch {
      if (number === asked) say(board.dataset.pairingFailed);
    } finally {
      if (number === asked) cost.removeAttribute("aria-busy");
    }
  };

  ask.addEventListener("submit", (event) => {
    if (!mentee.value || !mentor.value) return;
    event.preventDefault();
    show(true);
  });

  for (const link of board.querySelectorAll("[data-pairing-choose]")) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      mentee.value = link.dataset.pairingChoose;
      mark();
      mentor.focus();
      ask.scrollIntoView({ block: "nearest" });
    });
  }

  const target = (event) => event.target.closest?.("[data-pairing-mentor]");
  const clear = () => columns.forEach((column) => column.classList.remove("is-target"));

  board.addEventListener("dragstart", (event) => {
    dragged = event.target.closest?.("[data-pairing-mentee]");
    if (!dragged) return;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", dragged.dataset.pairingMentee);
    dragged.classList.add("is-dragged");
  });
  board.addEventListener("dragover", (event) => {
    const column = target(event);
    if (!dragged || !column || column.contains(dragged)) return;
    event.preventDefault();
    clear();
    column.classList.add("is-target");
  });
  board.addEventListener("dragleave", (event) => {
    const column = target(event);
    if (column && !column.contains(event.relatedTarget)) column.classList.remove("is-target");
  });
  board.addEventListener("drop", (event) => {
    const column = target(event);
    if (!dragged || !column || column.contains(dragged)) return;
    event.preventDefault();
    mentee.value = dragged.dataset.pairingMentee;
    mentor.value = column.dataset.pairingMentor;
    show(true);
  });
  board.addEventListener("dragend", () => {
    dragged?.classList.remove("is-dragged");
    dragged = null;
    clear();
  });
}
