/* The review of a run: Y passes and X strikes out the current row, then moves on. <select data-submit> sends its form. */

const $ = (selector, within = document) => within.querySelector(selector);

const judge = (row, act) =>
  window.htmx.ajax("POST", row.dataset.judge, { target: row, swap: "outerHTML", values: { act } });

/* Without the drawer; with it open, its own buttons carry the keys. */
document.addEventListener("keydown", (event) => {
  if (!window.wyKeys?.plainKey(event) || event.shiftKey) return;
  const act = { y: "pass", x: "strike" }[event.key.toLowerCase()];
  const panel = $("#wy-drawer");
  if (!act || (panel && !panel.hidden)) return;
  const row = $("table[data-rows] tr.cur[data-judge]");
  if (!row) return;
  event.preventDefault();
  judge(row, act);
});

const down = () => document.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowDown", bubbles: true, cancelable: true }));

document.addEventListener("htmx:afterSettle", (event) => {
  const row = event.detail.elt;
  if (!(row instanceof HTMLTableRowElement) || !row.dataset.judge) return;
  for (const other of document.querySelectorAll("table[data-rows] tr.cur")) {
    if (other !== row) { other.classList.remove("cur"); other.removeAttribute("aria-current"); }
  }
  if (row.nextElementSibling) down();
  else if ($("#wy-drawer:not([hidden])")) $("[data-explain]", row)?.click();
});

document.addEventListener("change", (event) => {
  if (event.target.matches("select[data-submit]")) event.target.form.requestSubmit();
});
