// The code at the door of a session: <div data-door="address"> is filled anew whenever its code has had its time, and
// every five seconds for the count. Without this script the page is loaded again every fifteen seconds.

for (const place of document.querySelectorAll("[data-door]")) {
  const MOST = 5;
  const wait = () => {
    const left = Number(place.querySelector("[data-seconds]")?.dataset.seconds) || MOST;
    setTimeout(refresh, Math.min(left, MOST) * 1000);
  };
  const refresh = async () => {
    try {
      const answer = await fetch(place.dataset.door, { credentials: "same-origin", cache: "no-store" });
      if (answer.ok && !answer.redirected) {
        const found = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector(".door");
        if (found) place.replaceChildren(found);
      }
    } catch { /* the connection is away; the next try comes */ }
    wait();
  };
  wait();
}
