// The time left until [data-deadline], by the server's clock: [data-now] is its time when the page was made.
// Words come with the element: data-days "{days} … {hours}", data-day (one day), data-hours "{hours} … {minutes}",
// data-minutes "{minutes} … {seconds}", data-over. It counts by the minute, in the last ten by the second; read out
// are only the start of those ten, the last minute and the end. Also: buttons [data-print].

for (const place of document.querySelectorAll("[data-deadline][data-now]")) {
  const ahead = Date.parse(place.dataset.now) - Date.now();
  const end = Date.parse(place.dataset.deadline);
  if (Number.isNaN(ahead) || Number.isNaN(end)) continue;
  const aloud = document.createElement("span");
  aloud.className = "visually-hidden";
  aloud.setAttribute("role", "status");
  place.after(aloud);
  place.setAttribute("role", "timer");
  const landmarks = [600, 60, 0];
  let before = Infinity;
  let timer = null;

  const words = (left) => {
    const { day, days, hours, minutes, over } = place.dataset;
    if (left <= 0) return over;
    const parts = { days: Math.floor(left / 86_400), hours: Math.floor(left / 3600), minutes: Math.floor(left / 60), seconds: left % 60 };
    let text = minutes;
    if (parts.days) [text, parts.hours] = [parts.days === 1 ? day : days, parts.hours % 24];
    else if (left > 600) [text, parts.minutes] = [hours, parts.minutes % 60];
    return text.replace(/\{(\w+)\}/g, (whole, name) => parts[name] ?? whole);
  };

  const show = () => {
    const left = Math.max(0, Math.ceil((end - Date.now() - ahead) / 1000));
    const text = words(left);
    if (place.textContent !== text) place.textContent = text;
    place.classList.toggle("is-near", left <= 600);
    if (before !== Infinity && landmarks.some((mark) => left <= mark && mark < before)) aloud.textContent = text;
    before = left;
    clearTimeout(timer);
    if (left > 0) timer = setTimeout(show, left > 660 ? Math.min(60, left - 600) * 1000 : 1000);
  };
  show();
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "visible" && before > 0) show(); });
}

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}
