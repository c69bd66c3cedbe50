// Saves a draft while it is written, so that nobody loses a word.
//
// <form data-autosave="address" data-copy="name"> and a line [data-autosave-status] that holds the words. The form is
// posted as it is, without files, with the header X-Autosave: 1: three seconds after the last key, at least every
// five while typing goes on, on leaving a field and on leaving the page. The answer is {"saved": sentence} and, where
// the form has a field `revision`, the new one; 409 with {"stale", "labels", "values"} where another window has saved
// something newer: then the person chooses in [data-autosave-stale]. A save without an answer is repeated as it was
// before anything newer is sent, so that our own words are never taken for another's.
//
// Until the server has it, what was typed also lies in localStorage under `draft:<data-copy>`, and is put back into
// the form when the page is opened again. page.js drops these copies at log-out and after two weeks.

{
  const QUIET = 3000;
  const LONGEST = 4500;
  const COPY_AFTER = 300;
  const ANSWER_WITHIN = 15_000;
  const KEEPALIVE_BYTES = 60_000;   // a browser refuses more from a page that is being left
  const ASIDE = new Set(["csrfmiddlewaretoken", "revision"]);
  const UNTYPED = new Set(["hidden", "file", "submit", "button", "reset", "image"]);
  const FREE = new Set(["text", "textarea", "email", "url", "tel", "search"]);
  const PART = /(-\d+-[a-z_]+|-rows|_\d+)$/;   // of a name: a cell of a row, or one of several inputs

  const groupOf = (name) => name.replace(PART, "");
  const belongs = (name, key) => name === key || (name.startsWith(key) && name.slice(key.length).replace(PART, "") === "");
  const clean = (text) => text.normalize("NFC").replace(/\r\n?/g, "\n").trim();
  const sign = (entries) => JSON.stringify(entries);
  const of = (entries, keep) => entries.filter(([name]) => keep(name));
  const meant = (entries, keep) => sign(of(entries, keep).map(([name, value]) => [name, clean(value)]).filter(([, value]) => value));
  const bytes = (entries) => entries.reduce((sum, [name, value]) => sum + 200 + new Blob([name, value]).size, 0);

  const grouped = (entries) => {
    const found = new Map();
    for (const [name, value] of entries) {
      const group = groupOf(name);
      found.set(group, `${found.get(group) ?? ""}${sign([name, value])}`);
    }
    return found;
  };

  const rendered = (form) => {   // the form as the server wrote it, whatever has been typed since
    const entries = [];
    for (const control of form.elements) {
      const { name, type } = control;
      if (!name || control.disabled || ASIDE.has(name) || (UNTYPED.has(type) && type !== "hidden")) continue;
      if (type === "checkbox" || type === "radio") {
        if (control.defaultChecked) entries.push([name, control.value]);
      } else if (type === "select-one") {
        const chosen = [...control.options].find((option) => option.defaultSelected) ?? control.options[0];
        if (chosen) entries.push([name, chosen.value]);
      } else if (FREE.has(type)) entries.push([name, control.defaultValue]);
      else entries.push([name, control.value]);
    }
    return entries;
  };

  // --- the copy in the browser: storage may be full or forbidden, and everything else works on ---------------

  const copies = {
    read(name) {
      try {
        const copy = JSON.parse(localStorage.getItem(`draft:${name}`));
        return Array.isArray(copy?.entries) && Array.isArray(copy.groups) ? copy : null;
      } catch { return null; }
    },
    write(name, copy) {
      try { localStorage.setItem(`draft:${name}`, JSON.stringify(copy)); return true; } catch { return false; }
    },
    drop(name) {
      try { localStorage.removeItem(`draft:${name}`); } catch { /* there is none */ }
    },
  };

  for (const form of document.querySelectorAll("form[data-autosave]")) {
    const line = form.querySelector("[data-autosave-status]") ?? document.querySelector("[data-autosave-status]");
    const bar = document.querySelector("[data-autosave-stale]");
    const words = line?.dataset ?? {};
    const revision = form.elements.namedItem("revision");
    const token = form.elements.namedItem("csrfmiddlewaretoken");
    const name = form.dataset.copy;

    const typed = () => [...new FormData(form)].filter(([key, value]) => typeof value === "string" && !ASIDE.has(key));
    const base = () => revision?.value ?? "";

    let known = rendered(form);  // what the server has, as far as this page was told
    let waiting = null;          // sent, and not answered yet
    let refused = "";            // what the server would not take; not sent again unchanged
    let stale = null;            // what another window has saved, until the person has chosen
    let paused = "unsaved" in form.dataset;   // the page itself says that its text is not kept, and asks for a choice
    let trouble = "";            // why the last save failed
    let isKept = false;          // whether the browser holds a copy
    let isLeaving = false;
    let isPassing = false;       // this script itself sends the form
    let isSettling = false;      // a button waits for a save
    let isLoggingOut = false;
    let running = null;
    let again = false;
    let tries = 0;
    let quiet = null;
    let longest = null;
    let retry = null;
    let copying = null;

    const isUnsaved = () => paused || waiting !== null || sign(typed()) !== sign(known);

    // --- the status line: read out only when what it means changes ---------------------------------------

    const aloud = document.createElement("span");
    if (line) {
      aloud.className = "visually-hidden";
      aloud.setAttribute("role", "status");
      line.removeAttribute("role");
      line.after(aloud);
    }
    let meaning = "saved";
    let held = "";   // stands before the time of saving until the person goes on

    const say = (what, text, link = null) => {
      if (!line || text === undefined) return;
      held = what === "restored" || what === "newer" ? text : "";
      const shown = link ? `${text} ${link.textContent}` : text;
      if (line.textContent !== shown) line.replaceChildren(text, ...(link ? [" ", link] : []));
      line.classList.toggle("saved--not", !["saved", "saving", "restored", "newer"].includes(what));
      if (what === "saving" || what === meaning) return;
      meaning = what;
      aloud.textContent = text;
    };

    const logInLink = () => {
      const link = document.createElement("a");
      link.href = `${words.logInUrl}?next=${encodeURIComponent(location.pathname + location.search)}`;
      link.textContent = words.logIn ?? "";
      if (!isKept) link.target = "_blank";   // nothing holds the text but this page: it stays open
      return link;
    };

    const complain = (why, text) => {
      trouble = why;
      held = "";
      if (why === "logged-out" && words.logInUrl) say(why, isKept ? words.loggedOut : words.loggedOutBare, logInLink());
      else if (why === "failed" && !isKept && words.failedBare) say(why, words.failedBare);
      else if (why === "failed" && !navigator.onLine && words.offline) say("offline", words.offline);
      else say(why, text ?? words.failed);
    };

    // --- the copy ----------------------------------------------------------------------------------------

    const keep = () => {
      clearTimeout(copying);
      copying = null;
      if (!name) return;
      if (!isUnsaved()) { copies.drop(name); isKept = false; return; }
      const entries = typed();
      const [mine, theirs] = [grouped(entries), grouped(known)];
      const groups = [...new Set([...mine.keys(), ...theirs.keys()])].filter((group) => paused || mine.get(group) !== theirs.get(group));
      const sent = waiting && { entries: waiting.entries, base: waiting.base };
      isKept = copies.write(name, { at: Date.now(), base: paused ? "0" : base(), entries, groups, sent });
    };
    const keepSoon = () => { copying ??= setTimeout(keep, COPY_AFTER); };

    // --- filling the form --------------------------------------------------------------------------------

    const fill = (entries, wanted) => {
      const chosen = of(entries, wanted);
      for (const rows of form.querySelectorAll("[data-rows]")) {
        const start = `${rows.dataset.rows}-`;
        const places = chosen.filter(([key]) => key.startsWith(start)).map(([key]) => parseInt(key.slice(start.length), 10) || 0);
        if (places.length) rows.dispatchEvent(new CustomEvent("rows-wanted", { detail: Math.max(...places) + 1 }));
      }
      for (const control of form.elements) {
        if (!control.name || UNTYPED.has(control.type) || !wanted(control.name)) continue;
        const values = chosen.filter(([key]) => key === control.name).map(([, value]) => value);
        if (control.type === "checkbox" || control.type === "radio") {
          const isChosen = values.includes(control.value);
          if (control.checked === isChosen) continue;
          control.checked = isChosen;
        } else {
          const value = values[0] ?? "";
          if (control.value === value) continue;
          control.value = value;
        }
        control.dispatchEvent(new Event("input", { bubbles: true }));
      }
    };

    const entriesOf = (key, value) => {   // a raw value of the server's as what the form would send
      if (value === true) return [[key, "on"]];
      if (value === null || value === undefined || value === false || value === "") return [];
      if (!Array.isArray(value)) return [[key, String(value)]];
      if (form.querySelector(`[data-rows="${CSS.escape(key)}"]`)) {
        const cells = value.flatMap((row, place) => Object.entries(row).map(([column, text]) => [`${key}-${place}-${column}`, text]));
        return [[`${key}-rows`, "1"], ...cells];
      }
      if (form.elements.namedItem(`${key}_0`)) return value.map((text, place) => [`${key}_${place}`, text]);
      return value.map((text) => [key, text]);
    };

    const readable = (key, value) => {   // the same for people: a choice by its label
      const labelOf = (text) => {
        for (const control of form.elements) {
          if (!belongs(control.name ?? "", key)) continue;
          if (control.type === "select-one") {
            const option = [...control.options].find((one) => one.value === text);
            if (option) return option.textContent;
          } else if ((control.type === "radio" || control.type === "checkbox") && control.value === text) {
            return control.labels?.[0]?.textContent.trim() ?? text;
          }
        }
        return text;
      };
      if (value === true) return "✓";
      const parts = Array.isArray(value) ? value : [value];
      const texts = parts.map((part) => (part && typeof part === "object"
        ? Object.values(part).filter(Boolean).map(labelOf).join(" · ") : labelOf(String(part || ""))));
      return texts.filter(Boolean).join("\n") || "–";
    };

    // --- another window has saved something newer -----------------------------------------------------------

    const take = (keys, values) => {   // theirs, into the form and into what is known
      const isTheirs = (group) => keys.some((key) => belongs(group, key));
      const theirs = keys.flatMap((key) => entriesOf(key, values[key]));
      fill(theirs, isTheirs);
      known = [...known.filter(([key]) => !isTheirs(key)), ...typed().filter(([key]) => isTheirs(key))];
    };

    const button = (text, look, deed) => {
      const made = document.createElement("button");
      made.type = "button";
      made.className = look;
      made.textContent = text;
      made.addEventListener("click", deed);
      return made;
    };

    const decided = () => {
      stale = null;
      bar.hidden = true;
      bar.replaceChildren();
    };

    const ask = (answer, keys) => {
      stale = answer;
      trouble = "stale";
      keep();
      const heading = document.createElement("h2");
      heading.textContent = answer.stale;
      const list = document.createElement("dl");
      list.className = "answers";
      for (const key of keys) {
        const row = document.createElement("div");
        const term = document.createElement("dt");
        const text = document.createElement("dd");
        row.className = "answer";
        term.textContent = answer.labels[Object.keys(answer.values).indexOf(key)];
        text.textContent = readable(key, answer.values[key]);
        text.dataset.userContent = "";
        row.append(term, text);
        list.append(row);
      }
      const note = document.createElement("p");
      note.textContent = words.staleNote ?? "";
      const actions = document.createElement("div");
      actions.className = "actions";
      const focusFirst = () => [...form.elements].find((control) => !UNTYPED.has(control.type) && belongs(control.name ?? "", keys[0]))?.focus();
      actions.append(
        button(words.takeNewer, "btn btn-sm", () => {
          take(keys, answer.values);
          revision.value = answer.revision;
          decided();
          focusFirst();
          save();
        }),
        button(words.keepMine, "btn btn-sm", () => {
          revision.value = answer.revision;
          decided();
          focusFirst();
          save();
        }),
      );
      bar.replaceChildren(heading, note, list, actions);
      bar.hidden = false;
      const look = document.createElement("a");
      look.href = "#";
      look.textContent = words.staleLook ?? "";
      look.addEventListener("click", (event) => { event.preventDefault(); bar.focus(); });
      say("stale", answer.stale, look);
    };

    const meet = (answer) => {   // 409: fields not touched here take theirs, for the others the person decides
      const now = typed();
      const keys = Object.keys(answer.values);
      const isTouched = (key) => meant(now, (part) => belongs(part, key)) !== meant(known, (part) => belongs(part, key));
      const mine = keys.filter(isTouched);
      const others = keys.filter((key) => !mine.includes(key));
      take(others, answer.values);
      if (mine.length && bar) { ask(answer, mine); return false; }
      if (revision) revision.value = answer.revision;
      const labels = keys.map((key, place) => answer.labels[place]).join(", ");
      say("newer", `${words.newer ?? ""} ${labels}`.trim());
      return true;
    };

    // --- saving ----------------------------------------------------------------------------------------------

    const renewToken = async () => {
      const page = await fetch(location.href, { credentials: "same-origin", redirect: "manual" });
      if (page.type === "opaqueredirect") return "logged-out";
      const fresh = new DOMParser().parseFromString(await page.text(), "text/html").querySelector("[name=csrfmiddlewaretoken]");
      if (!page.ok || !fresh) return "failed";
      for (const input of document.querySelectorAll("[name=csrfmiddlewaretoken]")) input.value = fresh.value;
      return "";
    };

    const post = (entries, from) => {
      const body = new FormData();
      for (const [key, value] of entries) body.append(key, value);
      if (token) body.append("csrfmiddlewaretoken", token.value);
      if (revision) body.append("revision", from);
      return fetch(form.dataset.autosave, {
        method: "POST",
        body,
        headers: { "X-Autosave": "1" },
        credentials: "same-origin",
        redirect: "manual",
        keepalive: bytes(entries) < KEEPALIVE_BYTES,   // it arrives even if the page is left meanwhile
        signal: AbortSignal.timeout(ANSWER_WITHIN),
      });
    };

    const exchange = async (entries, from) => {   // one save, as {what, …}; `unknown` where it may have arrived or not
      try {
        let answer = await post(entries, from);
        if (answer.status === 403) {
          const why = await renewToken();
          if (why) return { what: why };
          answer = await post(entries, from);
        }
        if (answer.type === "opaqueredirect") return { what: "logged-out" };
        if (answer.status >= 500) return { what: "unknown" };
        if (answer.status === 409) return { what: "stale", ...(await answer.json()) };
        if (answer.ok) return { what: "saved", ...(await answer.json()) };
        if (answer.status === 400 || answer.status === 413) {
          const { error } = await answer.json().catch(() => ({}));
          return { what: "refused", text: error ?? words.tooLong };
        }
        return { what: "failed" };
      } catch { return { what: "unknown" }; }
    };

    const tryLater = () => {
      clearTimeout(retry);
      const delay = Math.min(30_000, 1000 * 2 ** tries) * (0.8 + 0.4 * Math.random());
      tries += 1;
      retry = setTimeout(save, delay);
    };

    const confirm = (entries, answer) => {
      if (revision && answer.revision !== undefined) revision.value = answer.revision;
      tries = 0;
      trouble = "";
      const lost = Array.isArray(answer.lost) ? answer.lost : Object.keys(answer.lost ?? {});
      if (lost.length) {
        const isLost = (key) => lost.some((one) => belongs(key, one));
        known = [...entries.filter(([key]) => !isLost(key)), ...known.filter(([key]) => isLost(key))];
        refused = sign(entries);
        complain("too-long", words.tooLong);
      } else {
        known = entries;
        if (held && line) line.textContent = `${held} ${answer.saved}`;
        else say("saved", answer.saved);
      }
      keep();
    };

    const run = async () => {
      clearTimeout(quiet);
      clearTimeout(longest);
      clearTimeout(retry);
      quiet = longest = retry = null;
      const slow = setTimeout(() => say("saving", words.saving), 1500);
      try {
        for (;;) {
          again = false;
          const isRepeat = waiting !== null;
          const entries = isRepeat ? waiting.entries : typed();
          const from = isRepeat ? waiting.base : base();
          if (!isRepeat && (sign(entries) === sign(known) || sign(entries) === refused)) break;
          waiting = { entries, base: from };
          keep();
          const answer = await exchange(entries, from);
          if (answer.what === "unknown") { complain("failed"); tryLater(); return; }
          waiting = null;
          if (answer.what === "saved") confirm(entries, answer);
          else if (answer.what === "stale") {
            if (!isRepeat && !meet(answer)) return;
          } else {
            keep();
            if (answer.what === "refused") { refused = sign(entries); complain("refused", answer.text); return; }
            complain(answer.what === "failed" ? "odd" : answer.what);
            tryLater();
            return;
          }
          if (!again && !isRepeat && answer.what === "saved") break;
        }
        if (!isUnsaved()) keep();
      } finally { clearTimeout(slow); }
    };

    const save = () => {
      if (stale || paused) return Promise.resolve();
      if (running) { again = true; return running; }
      running = run().finally(() => { running = null; });
      return running;
    };

    const saveNow = () => { if (isUnsaved()) save(); };

    // --- when ---------------------------------------------------------------------------------------------------

    form.addEventListener("input", (event) => {
      if (event.target.type === "file") return;
      if (event.isTrusted) held = "";
      keepSoon();
      clearTimeout(quiet);
      quiet = setTimeout(save, QUIET);
      longest ??= setTimeout(save, LONGEST);
    });
    form.addEventListener("change", (event) => { if (event.target.type !== "file") { keepSoon(); saveNow(); } });
    form.addEventListener("focusout", saveNow);
    addEventListener("online", saveNow);
    addEventListener("offline", () => { if (isUnsaved()) complain("failed"); });
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "hidden") keep();
      saveNow();
    });
    addEventListener("pagehide", () => {
      if (isLoggingOut) { if (name) copies.drop(name); return; }
      if (isLeaving || !isUnsaved()) return;
      const entries = typed();
      const isNewer = running && sign(entries) !== sign(waiting?.entries ?? []);
      if (stale || paused || (running && !isNewer)) { keep(); return; }
      if (!running) waiting ??= { entries, base: base() };
      keep();
      if (bytes(entries) < KEEPALIVE_BYTES) post(entries, base()).catch(() => { /* the copy has it */ });
    });
    addEventListener("pageshow", (event) => { if (event.persisted) { isLeaving = false; saveNow(); } });
    addEventListener("beforeunload", (event) => {
      if (isLeaving || !isUnsaved()) return;
      if (paused || stale || trouble || (!isKept && bytes(typed()) >= KEEPALIVE_BYTES)) event.preventDefault();
    });

    // --- sending the form by a button, or logging out: first what is unsaved, then the rest -------------------

    // What else on the page must not cross a save (uploads.js) asks with this event, and waits for its promises.
    const settle = async () => {
      while (running || (isUnsaved() && !stale && !paused && sign(typed()) !== refused)) {
        await save();
        if (trouble) break;
      }
      return ["failed", "logged-out"].includes(trouble) && isUnsaved() ? trouble : "";
    };
    form.addEventListener("autosave-settle", (event) => { event.detail.push(settle()); });

    const leave = () => {
      isLeaving = true;
      setTimeout(() => { isLeaving = false; }, ANSWER_WITHIN);   // where it came to nothing after all
    };

    form.addEventListener("submit", async (event) => {
      if (event.defaultPrevented || isPassing) return;
      if (isLeaving || isSettling) { event.preventDefault(); return; }   // a second click
      if (paused || stale || (!running && !isUnsaved())) { leave(); return; }
      event.preventDefault();
      isSettling = true;
      const why = await settle();
      isSettling = false;
      if (why) return;   // no connection, or logged out: the page stays, and says so
      leave();
      isPassing = true;
      form.requestSubmit(event.submitter);
      isPassing = false;
    });

    document.addEventListener("submit", async (event) => {
      if (!event.target.matches("form[action$='/logout/']")) return;
      if (isLoggingOut || !isUnsaved()) { isLoggingOut = true; return; }
      event.preventDefault();
      event.stopPropagation();
      await settle();
      isLoggingOut = true;   // where something could not be saved, the browser asks before it leaves
      event.target.requestSubmit();
      setTimeout(() => { isLoggingOut = false; }, ANSWER_WITHIN);
    }, true);

    // --- what a page before this one could not save ------------------------------------------------------------

    const copy = name && !paused ? copies.read(name) : null;
    if (copy) {
      const isMine = (key) => copy.groups.includes(groupOf(key));
      const version = (entries) => entries.find(([key]) => key === "form")?.[1];
      if (version(copy.entries) && version(copy.entries) !== version(known)) {
        // typed before the questions changed: the server puts it where it belongs, and the page shows it
        post(copy.entries, copy.base).then((answer) => {
          if (!answer.ok && answer.status !== 409) return;
          copies.drop(name);
          location.reload();
        }, () => {});
      } else if (meant(copy.entries, isMine) === meant(known, isMine)) copies.drop(name);
      else {
        fill(copy.entries, isMine);
        if (copy.sent && copy.base !== base()) waiting = { entries: copy.sent.entries, base: copy.sent.base };
        if (revision) revision.value = copy.base;   // the server tells whether anything newer is in the way
        isKept = true;
        say("restored", words.restored);
        save();
      }
    }
  }
}
