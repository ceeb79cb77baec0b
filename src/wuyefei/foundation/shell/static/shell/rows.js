/* Rows of a table by keyboard, choosing rows, the bulk bar.

   <table class="wy-table" data-rows>  J K ↑ ↓ move, Space chooses, Enter opens the row's first link, E its [data-explain].
   With the drawer open, moving presses the row's [data-explain] so that the drawer follows.
   A row with data-href opens that address when clicked beside links and controls.
   <input class="wy-cb" data-pick-all> chooses every <input data-pick value data-fen>; within the same [data-picks]
   a [data-bulk] bar appears with the first choice; [data-bulk-count] and [data-bulk-sum] say how many and how much.  */

const $ = (selector, within = document) => within.querySelector(selector);
const $$ = (selector, within = document) => [...within.querySelectorAll(selector)];
const plain = (event) => window.wyKeys?.plainKey(event);

const table = () => $$("table[data-rows]").find((node) => node.contains($("tr.cur", node) ?? null)) ?? $("table[data-rows]");
const rowsOf = (node) => $$("tbody > tr:not([hidden]):not([data-skip])", node);

const moveTo = (node, row) => {
  for (const other of $$("tr.cur", node)) {
    other.classList.remove("cur");
    other.removeAttribute("aria-current");
  }
  row.classList.add("cur");
  row.setAttribute("aria-current", "true");
  row.scrollIntoView({ block: "nearest" });
  row.dispatchEvent(new CustomEvent("wy:row", { bubbles: true, detail: { row } }));
  const panel = $("#wy-drawer");
  if (panel && !panel.hidden) $("[data-explain]", row)?.click();
};

const step = (by) => {
  const node = table();
  if (!node) return false;
  const rows = rowsOf(node);
  if (!rows.length) return false;
  const at = rows.findIndex((row) => row.classList.contains("cur"));
  const next = at < 0 ? (by > 0 ? 0 : rows.length - 1) : Math.min(Math.max(at + by, 0), rows.length - 1);
  if (next !== at) moveTo(node, rows[next]);
  return true;
};

/* ---- choosing ---- */

const yuan = (fen) => {
  const sign = fen < 0n ? "−" : "";
  const size = fen < 0n ? -fen : fen;
  const whole = String(size / 100n).replace(/\B(?=(\d{3})+$)/g, ",");
  return `${sign}${whole}.${String(size % 100n).padStart(2, "0")}`;
};

const count = (group) => {
  const picks = $$("input[data-pick]", group);
  const chosen = picks.filter((box) => box.checked);
  const sum = chosen.reduce((total, box) => total + BigInt(box.dataset.fen || 0), 0n);
  for (const box of picks) box.closest("tr")?.classList.toggle("sel", box.checked);
  const all = $("input[data-pick-all]", group);
  if (all) {
    const free = picks.filter((box) => !box.disabled);
    all.checked = free.length > 0 && free.every((box) => box.checked);
    all.indeterminate = chosen.length > 0 && !all.checked;
    all.classList.toggle("mix", all.indeterminate);
  }
  for (const bar of $$("[data-bulk]", group)) {
    bar.hidden = chosen.length === 0;
    for (const node of $$("[data-bulk-count]", bar)) node.textContent = String(chosen.length);
    for (const node of $$("[data-bulk-sum]", bar)) node.textContent = yuan(sum);
  }
  group.dispatchEvent(new CustomEvent("wy:picked", { bubbles: true, detail: { count: chosen.length, fen: sum.toString() } }));
};

const pickAll = (group, on) => {
  for (const box of $$("input[data-pick]", group)) if (!box.disabled) box.checked = on;
  count(group);
};

let last = null;
document.addEventListener("click", (event) => {
  const box = event.target.closest?.("input[data-pick]");
  if (box && event.shiftKey && last?.isConnected) {
    const picks = $$("input[data-pick]", box.closest("[data-picks]") ?? document);
    const [from, to] = [picks.indexOf(last), picks.indexOf(box)].sort((a, b) => a - b);
    for (const other of picks.slice(from, to + 1)) if (!other.disabled) other.checked = box.checked;
  }
  if (box) last = box;
  if (event.target.closest?.("[data-pick-none]")) pickAll(event.target.closest("[data-picks]"), false);
  if (event.target.closest?.("[data-row-next]")) step(1);
  if (event.target.closest?.("[data-row-prev]")) step(-1);
  const row = event.target.closest?.("tr[data-href]");
  if (row && !event.target.closest("a, button, input, label, select") && !String(getSelection())) {
    if (event.ctrlKey || event.metaKey) window.open(row.dataset.href, "_blank", "noopener");
    else location.assign(row.dataset.href);
  }
  const within = event.target.closest?.("table[data-rows] tbody > tr");
  if (within && !within.classList.contains("cur")) {
    $$("tr.cur", within.closest("table")).forEach((other) => { other.classList.remove("cur"); other.removeAttribute("aria-current"); });
    within.classList.add("cur");
    within.setAttribute("aria-current", "true");
  }
});

document.addEventListener("change", (event) => {
  const group = event.target.closest?.("[data-picks]");
  if (!group) return;
  if (event.target.matches("input[data-pick-all]")) pickAll(group, event.target.checked);
  else if (event.target.matches("input[data-pick]")) count(group);
});

document.addEventListener("keydown", (event) => {
  if (!plain(event) || event.shiftKey) return;
  const down = event.key === "j" || event.key === "ArrowDown";
  const up = event.key === "k" || event.key === "ArrowUp";
  if ((down || up) && step(down ? 1 : -1)) return event.preventDefault();
  const row = $("table[data-rows] tr.cur");
  if (!row || event.target.closest?.("a, button, summary")) return undefined;
  if (event.key === " ") {
    const box = $("input[data-pick]:not(:disabled)", row);
    if (!box || event.target === box) return undefined;
    event.preventDefault();
    box.click();
  } else if (event.key === "Enter") {
    const link = $("a[href], [data-explain]", row);
    if (link) { event.preventDefault(); link.click(); } else if (row.dataset.href) location.assign(row.dataset.href);
  } else if (event.key === "e") {
    const why = $("[data-explain]", row);
    if (why) { event.preventDefault(); why.click(); }
  }
  return undefined;
});

const countAll = () => $$("[data-picks]").forEach(count);
document.addEventListener("htmx:afterSettle", countAll);
countAll();
