// Staff are logged out after an hour without use. Writing counts as use, and five minutes before the end a line
// with a button says so: <form data-session="3600" action="…" hidden>, sent without leaving the page.

const line = document.querySelector("form[data-session]");
if (line) {
  const limit = Number(line.dataset.session) * 1000;
  const warnBefore = 5 * 60 * 1000;
  const pulse = Math.min(5 * 60 * 1000, limit / 4);
  let used = Date.now();
  let wrote = false;

  const stay = async () => {
    const answer = await fetch(line.action, {
      method: "POST", body: new FormData(line), credentials: "same-origin", redirect: "manual",
    });
    if (!answer.ok) return;
    used = Date.now();
    line.hidden = true;
  };

  document.addEventListener("input", () => { wrote = true; });
  line.addEventListener("submit", (event) => { event.preventDefault(); stay(); });
  setInterval(() => {
    const idle = Date.now() - used;
    if (wrote && idle > pulse) { wrote = false; stay().catch(() => { wrote = true; }); }
    line.hidden = idle < limit - warnBefore;
  }, Math.min(15000, pulse));
}
