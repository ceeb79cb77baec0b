/* The round survives a lost connection: a figure typed stays on this device until the server has it. */

const round = document.querySelector("[data-round]");
const day = round?.dataset.round ?? "";
const key = (form) => `wy-reading:${form.dataset.read}:${day}`;
const forms = () => [...(round?.querySelectorAll("form[data-read]") ?? [])];
const waiting = new Set();

const keep = (form) => {
  const text = form.elements.value.value.trim();
  if (text) localStorage.setItem(key(form), text);
  else localStorage.removeItem(key(form));
};
const restore = (form) => {
  const kept = localStorage.getItem(key(form));
  if (kept && !form.elements.value.value) form.elements.value.value = kept;
};
const send = (form) => form.isConnected && form.requestSubmit();

round?.addEventListener("input", (event) => {
  const form = event.target.closest("form[data-read]");
  if (form && event.target.name === "value") {
    form.elements.sure?.remove();
    keep(form);
  }
});

for (const name of ["htmx:sendError", "htmx:timeout"]) {
  round?.addEventListener(name, (event) => {
    const form = event.target.closest?.("form[data-read]");
    if (!form) return;
    event.stopPropagation();
    form.querySelector("[data-lost]").hidden = false;
    waiting.add(form);
  });
}

round?.addEventListener("htmx:afterRequest", (event) => {
  const form = event.detail.elt?.closest?.("form[data-read]");
  if (!form || !event.detail.successful) return;
  waiting.delete(form);
  const stop = document.getElementById(`stop-${form.dataset.read}`);
  if (!stop?.classList.contains("done")) return;
  localStorage.removeItem(key(form));
  shots.delete(form.dataset.read);
  const next = forms().find((one) => stop.compareDocumentPosition(one) & Node.DOCUMENT_POSITION_FOLLOWING && !one.elements.value.value);
  next?.elements.value.focus({ preventScroll: false });
});

/* A photograph is made small before it is sent, and outlives the form that asks whether a figure is really so. */
const LONGEST = 1600;
const shots = new Map();

const show = (form) => {
  const label = form.querySelector(".mt-photo");
  const word = label?.querySelector("[data-photo-word]");
  if (!word) return;
  label.classList.add("taken");
  word.textContent = word.dataset.photoWord;
};
const put = (form, file) => {
  const held = new DataTransfer();
  held.items.add(file);
  form.elements.photo.files = held.files;
  show(form);
};
const small = async (file) => {
  try {
    const picture = await createImageBitmap(file);
    const scale = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [Math.round(picture.width * scale), Math.round(picture.height * scale)];
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise((done) => { canvas.toBlob(done, "image/jpeg", 0.8); });
    return blob ? new File([blob], "dial.jpg", { type: "image/jpeg" }) : file;
  } catch {
    return file; /* the server says what is wrong with it */
  }
};
round?.addEventListener("change", async (event) => {
  const form = event.target.closest("form[data-read]");
  if (!form || event.target.name !== "photo" || !event.target.files.length) return;
  const file = await small(event.target.files[0]);
  shots.set(form.dataset.read, file);
  put(form, file);
});
round?.addEventListener("htmx:afterSettle", () => {
  for (const form of forms()) {
    const file = shots.get(form.dataset.read);
    if (file && !form.elements.photo.files.length) put(form, file);
  }
});

const again = () => {
  if (navigator.onLine) for (const form of [...waiting]) { waiting.delete(form); send(form); }
};
addEventListener("online", again);
setInterval(again, 15000);
forms().forEach(restore);
