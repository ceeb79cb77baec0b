/* Small helps on the phone pages. Every page works without them. */

const yuan = (fen) => {
  const whole = Math.floor(fen / 100).toLocaleString("en-US");
  return [whole, String(fen % 100).padStart(2, "0")];
};

/* Which bills to pay: the sum follows the choice. What is in dispute is chosen by its own box only. */
for (const form of document.querySelectorAll("[data-bills]")) {
  const boxes = [...form.querySelectorAll("input[name=bill]")];
  const sum = form.querySelector("[data-sum] .money");
  const count = form.querySelector("[data-count]");
  const added = (chosen, name) => chosen.reduce((total, box) => total + Number(box.dataset[name]), 0);
  const button = form.querySelector("button.btn");
  const all = form.querySelector("[data-all]");
  const show = () => {
    const chosen = boxes.filter((box) => box.checked);
    const [whole, part] = yuan(added(chosen, "fen"));
    if (sum) {
      sum.replaceChildren();
      for (const [name, text] of [["y", "¥"], ["", whole], ["f", `.${part}`]]) {
        const piece = document.createElement("span");
        piece.className = name;
        piece.textContent = text;
        sum.append(piece);
      }
    }
    if (count) {
      const late = added(chosen, "late");
      const words = chosen.length ? (late ? count.dataset.countLate : count.dataset.count) : count.dataset.none;
      count.textContent = words.replace("{count}", chosen.length).replace("{fee}", yuan(late).join("."));
    }
    button.disabled = chosen.length === 0;
  };
  form.addEventListener("change", show);
  if (all) {
    all.hidden = false;
    all.addEventListener("click", () => {
      const usual = boxes.filter((box) => !("disputed" in box.dataset));
      const every = usual.every((box) => box.checked);
      for (const box of usual) box.checked = !every;
      show();
    });
  }
  window.addEventListener("pageshow", show);
}

/* The button names the wallet that is chosen. */
for (const radio of document.querySelectorAll("input[type=radio][data-label]")) {
  radio.addEventListener("change", () => {
    document.querySelector("[data-means]").textContent = radio.dataset.label;
  });
}

/* A form is sent once: a second tap on a slow line does nothing, and after a while the page says that it still waits. Coming
   back makes it live again. */
const PATIENCE = 6000;
for (const form of document.querySelectorAll("form[data-once]")) {
  const said = document.createElement("p");
  said.className = "m q2 centre up-s";
  said.setAttribute("role", "status");
  let waiting = 0;
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    else {
      form.append(said);
      waiting = setTimeout(() => { said.textContent = document.body.dataset.slow; }, PATIENCE);
    }
    form.dataset.sent = "1";
    form.setAttribute("aria-busy", "true");
  });
  window.addEventListener("pageshow", () => {
    clearTimeout(waiting);
    said.remove();
    delete form.dataset.sent;
    form.removeAttribute("aria-busy");
  });
}

/* Share by the phone's own sheet, else copy the link; without either the link opens. */
for (const link of document.querySelectorAll("[data-share]")) {
  link.addEventListener("click", async (event) => {
    const { share: url, title, done } = link.dataset;
    if (!navigator.share && !navigator.clipboard) return;
    event.preventDefault();
    try {
      if (navigator.share) await navigator.share({ title, url });
      else {
        await navigator.clipboard.writeText(url);
        const said = document.createElement("p");
        said.className = "note paid";
        said.setAttribute("role", "status");
        said.textContent = done;
        link.closest(".three, section").after(said);
        setTimeout(() => said.remove(), 4000);
      }
    } catch (error) {
      if (error.name !== "AbortError") window.location.href = url;
    }
  });
}

/* Where the network fails later, a page of ours stands in for the browser's. */
if (navigator.serviceWorker) window.addEventListener("load", () => navigator.serviceWorker.register("/h5/worker.js").catch(() => {}));
