// Filters that need no button: <form method="get" data-filters> beside elements [data-results].
// A change fetches the same page with the new query and fills every [data-results] here from the one there.

for (const form of document.querySelectorAll("form[data-filters]")) {
  let latest = 0;
  let timer = null;
  let query = location.search; // of what is shown; going to a place on the page is no new query

  const show = async (address, remember) => {
    const mine = ++latest;
    const answer = await fetch(address, { credentials: "same-origin" });
    if (mine !== latest) return;
    if (!answer.ok) { location.assign(address); return; }
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelectorAll("[data-results]");
    const shown = document.querySelectorAll("[data-results]");
    if (fresh.length !== shown.length) { location.assign(address); return; }
    shown.forEach((element, n) => element.replaceChildren(...fresh[n].childNodes));
    if (remember) history.pushState(null, "", address);
    query = location.search;
  };

  const apply = () => {
    const chosen = new URLSearchParams([...new FormData(form)].filter(([, value]) => value !== ""));
    show(`${form.getAttribute("action") || location.pathname}?${chosen}`, true);
  };

  form.addEventListener("change", apply);
  form.addEventListener("input", (event) => {
    if (event.target.type !== "search") return;
    clearTimeout(timer);
    timer = setTimeout(apply, 400);
  });
  form.addEventListener("submit", (event) => { event.preventDefault(); apply(); });
  addEventListener("popstate", () => { if (location.search !== query) location.reload(); });
}
