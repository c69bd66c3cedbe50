// Files sent one by one, while the person goes on writing: [data-upload="question"] in a form with data-upload-to.
// Choosing or dropping a file sends it with its progress shown; it can be cancelled. What is wrong is said at the
// field. A file is removed through the form's own address, as without the script, but the page stays.

for (const form of document.querySelectorAll("form[data-upload-to]")) {
  const revision = form.elements.namedItem("revision");
  const token = () => form.elements.namedItem("csrfmiddlewaretoken");
  let active = 0;

  // Only what follows on our own revision says nothing of what another window may have written in between.
  const follow = (number) => { if (revision && Number(number) === Number(revision.value) + 1) revision.value = number; };

  const fetchPage = async (options = {}) => {
    const answer = await fetch(form.getAttribute("action"), { credentials: "same-origin", redirect: "manual", ...options });
    return answer.ok ? new DOMParser().parseFromString(await answer.text(), "text/html") : null;
  };

  const renewToken = async () => {
    const fresh = (await fetchPage().catch(() => null))?.querySelector("[name=csrfmiddlewaretoken]");
    for (const input of fresh ? document.querySelectorAll("[name=csrfmiddlewaretoken]") : []) input.value = fresh.value;
    return Boolean(fresh);
  };

  for (const box of form.querySelectorAll("[data-upload]")) {
    const key = box.dataset.upload;
    const most = Number(box.dataset.most);
    const part = (name) => box.querySelector(`[data-${name}]`);
    const [list, chooser, progress, status, failure] = ["files", "chooser", "progress", "upload-status", "upload-error"].map(part);
    const input = chooser.querySelector("input[type=file]");
    const bar = progress.querySelector("progress");
    const blank = part("file-blank");
    const words = box.dataset;
    const waiting = [];
    let request = null;

    const rows = () => [...list.querySelectorAll("[data-file]")];
    const full = () => rows().length >= most;
    const fit = () => { chooser.hidden = full() || request !== null; };
    const put = (sentence, name) => sentence.replace("{name}", name);

    const fail = (sentence) => {
      failure.lastElementChild.textContent = sentence;
      failure.hidden = !sentence;
      input.classList.toggle("is-invalid", Boolean(sentence));
      if (sentence) input.setAttribute("aria-invalid", "true"); else input.removeAttribute("aria-invalid");
    };

    const show = (file) => {
      const row = blank.content.cloneNode(true);
      const link = row.querySelector("a");
      const remove = row.querySelector("button");
      row.firstElementChild.dataset.file = file.code;
      link.href = file.url;
      link.textContent = file.name;
      row.querySelector(".num").textContent = file.size;
      remove.value = `${key}:${file.code}`;
      remove.querySelector(".visually-hidden").textContent = ` ${file.name}`;
      while (full()) rows().at(-1).remove();
      list.append(row);
    };

    const end = () => {
      request = null;
      active -= 1;
      progress.hidden = true;
      fit();
      if (waiting.length) start(waiting.shift());
    };

    const answered = async (file, sent, mayRepeat) => {
      let answer = null;
      try { answer = JSON.parse(sent.responseText); } catch { /* a page, not an answer */ }
      if (sent.status === 403 && mayRepeat && await renewToken()) { send(file, false); return; }
      if (sent.status === 200 && answer?.code) {
        show(answer);
        follow(answer.revision);
        fail("");
        status.textContent = put(words.done, answer.name);
      } else if (answer?.error) fail(answer.error);
      else if (sent.status === 413) fail(words.tooLarge);
      else fail(sent.responseURL && !sent.responseURL.includes(form.dataset.uploadTo) ? words.loggedOut : words.failed);
      if (!failure.hidden) status.textContent = "";
      end();
    };

    const send = (file, mayRepeat) => {
      const body = new FormData();
      body.append("csrfmiddlewaretoken", token().value);
      body.append("question", key);
      body.append("file", file, file.name);
      request = new XMLHttpRequest();
      const mine = request;
      mine.open("POST", form.dataset.uploadTo);
      mine.upload.addEventListener("progress", (event) => { if (event.lengthComputable) bar.value = (100 * event.loaded) / event.total; });
      mine.addEventListener("load", () => answered(file, mine, mayRepeat));
      mine.addEventListener("error", () => { fail(words.failed); status.textContent = ""; end(); });
      mine.addEventListener("abort", () => { status.textContent = words.cancelled; end(); input.focus(); });
      mine.send(body);
    };

    const start = (file) => {
      fail("");
      if (full() && most > 1) { waiting.length = 0; fail(words.full); return; }
      if (file.size > Number(words.mostBytes)) {
        fail(words.tooLarge);
        if (waiting.length) start(waiting.shift());
        return;
      }
      active += 1;
      bar.value = 0;
      bar.setAttribute("aria-label", put(words.sending, file.name));
      status.textContent = put(words.sending, file.name);
      progress.hidden = false;
      send(file, true);
      fit();
      progress.querySelector("[data-cancel]").focus();
    };

    const take = (files) => {
      waiting.push(...files);
      if (!request && waiting.length) start(waiting.shift());
    };

    input.multiple = most > 1;
    box.querySelector("[data-plain]").remove();   // choosing a file is enough
    input.addEventListener("change", () => {
      const files = [...input.files];
      input.value = "";   // it goes by itself, not with the other answers
      take(files);
    });
    for (const [name, isOver] of [["dragenter", true], ["dragover", true], ["dragleave", false], ["drop", false]]) {
      box.addEventListener(name, (event) => {
        if (!event.dataTransfer?.types.includes("Files")) return;
        event.preventDefault();
        box.classList.toggle("is-over", isOver);
        if (name === "drop" && (most === 1 || !full())) take([...event.dataTransfer.files].slice(0, most));
      });
    }
    progress.querySelector("[data-cancel]").addEventListener("click", () => { waiting.length = 0; request?.abort(); });

    list.addEventListener("click", async (event) => {
      const button = event.target.closest("button[name=remove]");
      if (!button) return;
      event.preventDefault();
      const row = button.closest("[data-file]");
      if (row.dataset.isGoing) return;
      row.dataset.isGoing = "yes";
      const saves = [];
      form.dispatchEvent(new CustomEvent("autosave-settle", { detail: saves }));
      await Promise.all(saves);
      const body = new FormData(form);
      for (const [name, value] of [...body]) if (value instanceof File) body.delete(name);
      body.set("remove", button.value);
      const page = await fetchPage({ method: "POST", body, redirect: "follow" }).catch(() => null);
      const left = page?.querySelector(`[data-upload="${CSS.escape(key)}"]`);
      delete row.dataset.isGoing;
      if (!left || left.querySelector(`[data-file="${CSS.escape(row.dataset.file)}"]`)) { fail(words.failed); return; }
      follow(page.querySelector("[name=revision]")?.value);
      const { textContent: name } = row.querySelector("a");
      row.remove();
      fit();
      fail("");
      status.textContent = put(words.removed, name);
      input.focus();
    });
    fit();
  }

  form.addEventListener("submit", (event) => {
    if (!active) return;
    event.preventDefault();
    for (const cancel of form.querySelectorAll("[data-progress]:not([hidden]) [data-cancel]")) {
      const box = cancel.closest("[data-upload]");
      box.querySelector("[data-upload-status]").textContent = box.dataset.wait;
      cancel.focus();
    }
  });
  addEventListener("beforeunload", (event) => { if (active) event.preventDefault(); });
}
