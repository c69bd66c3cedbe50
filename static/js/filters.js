// Filters that need no button: <form method="get" data-filters> beside an element [data-results].
// A change fetches the same page with the new query and puts its [data-results] in place.

for (const form of document.querySelectorAll("form[data-filters]")) {
  let latest = 0;
  let timer = null;

  const show = async (address, remember) => {
    const mine = ++latest;
    const answer = await fetch(address, { credentials: "same-origin" });
    if (mine !== latest) return;
    if (!answer.ok) { location.assign(address); return; }
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector("[data-results]");
    if (!fresh) { location.assign(address); return; }
    document.querySelector("[data-results]").replaceWith(fresh);
    if (remember) history.pushState(null, "", address);
  };

  const apply = () => {
    const query = new URLSearchParams([...new FormData(form)].filter(([, value]) => value !== ""));
    show(`${form.getAttribute("action") || location.pathname}?${query}`, true);
  };

  form.addEventListener("change", apply);
  form.addEventListener("input", (event) => {
    if (event.target.type !== "search") return;
    clearTimeout(timer);
    timer = setTimeout(apply, 400);
  });
  form.addEventListener("submit", (event) => { event.preventDefault(); apply(); });
  addEventListener("popstate", () => location.reload());
}
