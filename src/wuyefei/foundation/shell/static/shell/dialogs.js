/* Confirmation of forms with data-confirm, and the drawer.

   <form data-confirm="作废收据 LX-2026-004182?" data-confirm-body="…" data-confirm-yes="提交作废"
         data-confirm-no="先不作废" data-confirm-reason="reason">   (the last asks for a reason, sent under that name)
   A submit button may carry the same attributes; its own win.                                                     */

const $ = (selector, within = document) => within.querySelector(selector);

/* ---- confirmation ---- */

const dialog = $("#wy-confirm");
const confirmed = new WeakSet();
let pending = null;

const wordsOf = (form, button, key) => button?.dataset[key] ?? form.dataset[key];

const ask = (form, button) => {
  const reasonName = wordsOf(form, button, "confirmReason");
  const reason = $("#wy-confirm-reason");
  const yes = $("[data-yes]", dialog);
  const no = $("[data-no]", dialog);
  $("#wy-confirm-title").textContent = wordsOf(form, button, "confirm");
  $("#wy-confirm-body").textContent = wordsOf(form, button, "confirmBody") ?? "";
  yes.textContent = wordsOf(form, button, "confirmYes") ?? yes.dataset.text;
  no.textContent = wordsOf(form, button, "confirmNo") ?? no.dataset.text;
  $("[data-reason]", dialog).hidden = !reasonName;
  reason.required = Boolean(reasonName);
  reason.value = "";
  pending = { form, button, reasonName, back: document.activeElement };
  dialog.showModal();
  no.focus();
};

const goOn = () => {
  const { form, button, reasonName } = pending;
  if (reasonName) {
    let field = form.querySelector(`input[type=hidden][data-confirm-reason-field]`);
    if (!field) {
      field = document.createElement("input");
      field.type = "hidden";
      field.dataset.confirmReasonField = "";
      form.append(field);
    }
    field.name = reasonName;
    field.value = $("#wy-confirm-reason").value.trim();
  }
  confirmed.add(form);
  dialog.close();
  form.requestSubmit(button?.isConnected ? button : undefined);
};

if (dialog) {
  /* Before htmx and before the browser: capture. */
  document.addEventListener("submit", (event) => {
    const form = event.target;
    const button = event.submitter;
    if (confirmed.delete(form) || !wordsOf(form, button, "confirm")) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    ask(form, button);
  }, true);
  $("form", dialog).addEventListener("submit", (event) => {
    event.preventDefault();
    event.stopPropagation();
    const reason = $("#wy-confirm-reason");
    if (reason.required && !reason.value.trim()) return reason.focus();
    return goOn();
  });
  $("[data-no]", dialog).addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => {
    pending?.back?.focus?.();
    pending = null;
  });
}

/* ---- one press, one request: a form on its way is not sent again until its answer is here, or five seconds are over ---- */

const HELD = 5000;
let underWay = new WeakSet();

window.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.getAttribute("method")?.toLowerCase() !== "post") return;
  if (underWay.has(form)) return event.preventDefault();
  const ours = underWay;
  ours.add(form);
  form.setAttribute("aria-busy", "true");
  setTimeout(() => { ours.delete(form); form.removeAttribute("aria-busy"); }, HELD);
});
window.addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  underWay = new WeakSet();
  for (const form of document.querySelectorAll("form[aria-busy]")) form.removeAttribute("aria-busy");
});

/* ---- drawer: filled by htmx, closed by Esc, focus goes back to what opened it ---- */

let opener = null;
const drawer = () => $("#wy-drawer");

const closeDrawer = () => {
  const panel = drawer();
  if (!panel || panel.hidden) return false;
  panel.hidden = true;
  panel.replaceChildren();
  if (opener?.isConnected) opener.focus();
  opener = null;
  document.dispatchEvent(new CustomEvent("wy:drawer", { detail: { open: false } }));
  return true;
};

document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.detail.target?.id !== "wy-drawer" || drawer().contains(event.detail.elt)) return;
  opener = event.detail.elt;
});
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target?.id !== "wy-drawer") return;
  const panel = drawer();
  const first = panel.hidden;
  panel.hidden = false;
  if (first) panel.focus({ preventScroll: true });
  document.dispatchEvent(new CustomEvent("wy:drawer", { detail: { open: true } }));
});
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-drawer-close]")) closeDrawer();
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !$("dialog[open]") && closeDrawer()) event.preventDefault();
});
