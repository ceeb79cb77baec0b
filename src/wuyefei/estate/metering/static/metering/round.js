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
  const next = forms().find((one) => stop.compareDocumentPosition(one) & Node.DOCUMENT_POSITION_FOLLOWING && !one.elements.value.value);
  next?.elements.value.focus({ preventScroll: false });
});

const again = () => {
  if (navigator.onLine) for (const form of [...waiting]) { waiting.delete(form); send(form); }
};
addEventListener("online", again);
setInterval(again, 15000);
forms().forEach(restore);
