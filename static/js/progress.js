// A page about something that runs: <div data-progress="running"> is filled anew from the same address until it says
// data-progress="done". A failed look is simply followed by the next.

const shown = document.querySelector("[data-progress]");

const look = async () => {
  try {
    const answer = await fetch(location.href, { credentials: "same-origin" });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector("[data-progress]");
    if (fresh) {
      shown.dataset.progress = fresh.dataset.progress;
      shown.replaceChildren(...fresh.childNodes);
    }
  } catch { /* the next look may reach the server */ }
  if (shown.dataset.progress === "running") setTimeout(look, 2000);
};

if (shown) setTimeout(look, 2000);
