/* The desk: find, choose, take, next. Keys are in the bar at the foot of the page. */

import { $, $$, fragment, note, post, toast, words } from "./asking.js";
import { clearHits, hits, mark, search, startSearch } from "./finding.js";
import { newKey, parse, plain, settle, show } from "./money.js";
import { lastAddress, print, remember } from "./printing.js";

const form = $("#desk-form");
const house = $("#desk-house");
const open = Boolean(form);
const METHODS = ["prepaid", "cash", "scan", "card", "transfer"];
let key = newKey();
let busy = false;

/* ---- the household and its bills ---- */

const boxes = () => $$("input[data-pick]", house);
const chosen = () => boxes().filter((box) => box.checked);
const homeId = () => $("[data-home]", house)?.dataset.home ?? "";
const payerField = () => $("[name=payer]", house);
const balance = () => {
  const field = payerField();
  return Number((field?.selectedOptions ? field.selectedOptions[0] : field)?.dataset.balance ?? 0);
};

const firstRow = () => {
  const first = $("#desk-bills tbody tr", house);
  first?.classList.add("cur");
  first?.setAttribute("aria-current", "true");
};

const putHouse = (html) => {
  house.innerHTML = html;
  window.htmx?.process(house);
  firstRow();
  recount();
};

const openHouse = async (id, { keep = null, focus = true } = {}) => {
  try {
    putHouse(await fragment(words.household.replace("/0", `/${id}`)));
  } catch {
    note($("#desk-note"), words.failed);
    return;
  }
  if (keep) for (const box of boxes()) box.checked = keep.includes(box.value);
  else { key = newKey(); clearTenders(); }
  recount();
  const found = hits().findIndex((hit) => hit.dataset.property === homeId());
  if (found < 0) clearHits(); else mark(found);
  if (focus) house.focus({ preventScroll: true });
};

const clearTenders = () => {
  for (const name of METHODS) field(name).value = "";
  for (const input of cardFields()) { input.value = ""; input.removeAttribute("aria-invalid"); }
  $("#desk-keep").checked = false;
  note($("#desk-note"), "");
  recount();
};

const clearAll = () => {
  house.replaceChildren($("#desk-idle").content.cloneNode(true));
  search.value = "";
  clearHits();
  clearTenders();
  key = newKey();
  search.focus();
};

/* ---- tenders ---- */

const field = (name) => $(`#tender-${name}`);
const cardFields = () => $$("[data-card]", form);
const tenders = () => Object.fromEntries(METHODS.map((name) => [name, parse(field(name).value)]));
const due = () => chosen().reduce((sum, box) => sum + Number(box.dataset.fen), 0);

const put = (id, fen) => {
  const node = $(id);
  node.textContent = show(fen);
  node.classList.toggle("zero", fen === 0);
};

const putBig = (node, fen) => {
  const [whole, part] = show(fen).split(".");
  node.innerHTML = '<span class="money"><span class="y">¥</span><span></span><span class="f"></span></span>';
  node.firstChild.children[1].textContent = whole;
  node.firstChild.children[2].textContent = `.${part}`;
};

function recount() {
  const picked = chosen();
  const sum = (name) => picked.reduce((total, box) => total + Number(box.dataset[name]), 0);
  for (const box of boxes()) box.closest("tr").classList.toggle("sel", box.checked);
  putBig($("#desk-due"), due());
  $("#desk-parts").hidden = picked.length === 0;
  $("[data-principal]", form).textContent = show(sum("principal"));
  $("[data-late]", form).textContent = show(sum("late"));
  const count = $("#desk-picked");
  if (count) count.textContent = words.picked.replace("{count}", picked.length);
  $("#desk-held").textContent = homeId() ? words.held.replace("{sum}", show(balance())) : "";
  const given = tenders();
  const result = settle(due(), given, $("#desk-keep").checked);
  $("#desk-card").hidden = !field("card").value.trim();
  put("#desk-entered", result.entered);
  put("#desk-missing", result.missing);
  put("#desk-change", result.change);
  put("#desk-kept", result.kept);
  $("#desk-kept").hidden = $("#desk-kept-label").hidden = !$("#desk-keep").checked;
  const wrong = METHODS.some((name) => given[name] === null && document.activeElement !== field(name));
  for (const name of METHODS) {
    if (given[name] !== null) field(name).removeAttribute("aria-invalid");
    else if (document.activeElement !== field(name)) field(name).setAttribute("aria-invalid", "true");
  }
  $("#desk-problem").textContent = wrong ? words.bad : result.excess ? words.noncash.replace("{sum}", show(result.excess)) :
    result.entered && result.missing ? words.partial.replace("{sum}", show(result.missing)) : "";
}

/* Go to a tender; an empty one takes what is still missing, prepayment at most what is held. */
const goTender = (name) => {
  if (!homeId()) return search.focus();
  const input = field(name);
  const { missing } = settle(due(), tenders(), false);
  const fill = name === "prepaid" ? Math.min(missing, balance()) : missing;
  if (!input.value.trim() && fill) input.value = plain(fill);
  input.focus();
  input.select();
  recount();
  return undefined;
};

/* ---- taking ---- */

const askHeld = () => new Promise((resolve) => {
  const dialog = $("#desk-held-ask");
  dialog.returnValue = "no";
  dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  dialog.showModal();
});

const orderData = (heldToo) => {
  const data = new FormData(form);
  data.set("property", homeId());
  data.set("due_fen", String(due()));
  data.set("client_key", key);
  if (heldToo) data.set("held_ok", "1");
  return data;
};

const takeMoney = async () => {
  if (busy || !homeId()) return;
  const held = chosen().some((box) => box.dataset.held !== undefined);
  if (held && !(await askHeld())) return;
  busy = true;
  $("#desk-take").setAttribute("aria-disabled", "true");
  note($("#desk-note"), "");
  try {
    const answer = await post(words.take, orderData(held));
    if (answer.ok) done(answer);
    else await refused(answer);
  } catch {
    note($("#desk-note"), words.unsure);
  } finally {
    busy = false;
    $("#desk-take").removeAttribute("aria-disabled");
  }
};

const done = (answer) => {
  $("#desk-shift").innerHTML = answer.shift;
  clearTenders();
  house.innerHTML = answer.done;
  key = newKey();
  recount();
  search.value = "";
  clearHits();
  search.focus();
  remember(answer.print);
  if ($("#desk-auto").checked) print(answer.print);
};

const refused = async (answer) => {
  let text = answer.text;
  if (["bills_changed", "held_bills", "not_found"].includes(answer.code)) {
    await openHouse(homeId(), { keep: chosen().map((box) => box.value), focus: false });
    text = `${text} ${words.refreshed}`;
  }
  note($("#desk-note"), text);
  if (answer.input) {
    field(answer.input)?.setAttribute("aria-invalid", "true");
    field(answer.input)?.focus();
  }
};

/* ---- dialogs: temporary charge, handing over ---- */

const sendDialog = (dialog, url, then) => {
  const inner = $("form", dialog);
  inner.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (busy) return;
    busy = true;
    const place = $("[data-note]", inner);
    note(place, "");
    try {
      const answer = await post(url(), new FormData(inner));
      if (answer.ok) then(answer);
      else note(place, answer.text);
    } catch {
      note(place, words.failed);
    } finally {
      busy = false;
    }
  });
};

const openCharge = () => {
  const dialog = $("#desk-charge");
  if (!homeId() || !payerField()) return;
  note($("[data-note]", dialog), "");
  $("form", dialog).reset();
  dialog.showModal();
  $("#charge-item").focus();
};

const openHandover = () => {
  const panel = $("[data-shift]");
  if (!panel) return;
  const dialog = $("#desk-handover");
  $("[data-expected]", dialog).textContent = show(Number(panel.dataset.expected));
  showGap();
  dialog.showModal();
  $("#handover-counted").select();
};

const showGap = () => {
  const dialog = $("#desk-handover");
  const text = $("#handover-counted").value;
  const counted = parse(text);
  const gap = counted === null || !text.trim() ? null : counted - Number($("[data-shift]").dataset.expected);
  $("[data-gap-word]", dialog).textContent = gap === null ? "" : gap === 0 ? words.same : gap > 0 ? words.over : words.short;
  $("[data-gap]", dialog).textContent = gap ? show(gap) : "";
  $("[data-gap]", dialog).classList.toggle("neg", (gap ?? 0) < 0);
  $("[data-why]", dialog).hidden = !gap;
};

/* ---- keys ---- */

const toggle = (box) => {
  if (!box) return;
  box.click();
  for (const row of $$("#desk-bills tr.cur")) { row.classList.remove("cur"); row.removeAttribute("aria-current"); }
  box.closest("tr").classList.add("cur");
  box.closest("tr").setAttribute("aria-current", "true");
};

const chooseDue = () => {
  const wanted = boxes().filter((box) => box.dataset.due !== undefined && box.dataset.held === undefined && box.dataset.elsewhere === undefined);
  const all = wanted.every((box) => box.checked);
  for (const box of wanted) box.checked = !all;
  recount();
};

const escape = () => {
  if (!$("#wy-drawer").hidden) return false;
  if (METHODS.some((name) => field(name).value)) { clearTenders(); house.focus({ preventScroll: true }); } else clearAll();
  return true;
};

const FUNCTION_KEYS = {
  F4: openCharge, F6: () => goTender("cash"), F7: () => goTender("scan"), F8: () => goTender("card"), F9: takeMoney, F12: openHandover,
};
const LETTERS = { a: chooseDue, p: () => goTender("prepaid"), t: () => goTender("transfer") };

const onKey = (event) => {
  if (event.isComposing || $("dialog[open]")) return;
  const plainKey = !event.ctrlKey && !event.metaKey && !event.altKey && !event.shiftKey;
  if (plainKey && FUNCTION_KEYS[event.key]) { event.preventDefault(); FUNCTION_KEYS[event.key](); return; }
  if (event.ctrlKey && !event.shiftKey && event.key.toLowerCase() === "p" && lastAddress()) { event.preventDefault(); print(lastAddress()); return; }
  if (event.ctrlKey && event.shiftKey && event.key.toLowerCase() === "h") { event.preventDefault(); openHandover(); return; }
  if (event.key === "Escape") { if (!event.defaultPrevented && escape()) event.preventDefault(); return; }
  if (!window.wyKeys?.plainKey(event)) return;
  if (/^[1-9]$/.test(event.key)) { event.preventDefault(); toggle(boxes()[Number(event.key) - 1]); return; }
  const act = LETTERS[event.key.toLowerCase()];
  if (act && !event.shiftKey) { event.preventDefault(); act(); }
};

const start = () => {
  startSearch(openHouse);
  document.addEventListener("keydown", onKey);
  form.addEventListener("submit", (event) => { event.preventDefault(); takeMoney(); });
  form.addEventListener("input", recount);
  form.addEventListener("focusout", () => setTimeout(recount));
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing || !event.target.matches("[data-tender], [data-card], #desk-keep")) return;
    event.preventDefault();
    const slip = field("card").value.trim() ? cardFields() : [];
    const stops = [...METHODS.flatMap((name) => (name === "card" ? [field(name), ...slip] : [field(name)])), $("#desk-take")];
    (stops[stops.indexOf(event.target) + 1] ?? $("#desk-take")).focus();
    if (document.activeElement.select) document.activeElement.select();
  });
  house.addEventListener("wy:picked", recount);
  house.addEventListener("change", recount);
  sendDialog($("#desk-charge"), () => words.charge, (answer) => {
    $("#desk-charge").close();
    toast(answer.text);
    openHouse(homeId(), { keep: [...chosen().map((box) => box.value), String(answer.bill)], focus: true });
  });
  $("#desk-charge form").addEventListener("formdata", (event) => {
    event.formData.set("property", homeId());
    event.formData.set("payer", payerField()?.value ?? "");
  });
  const handover = $("#desk-handover");
  sendDialog(handover, () => $("form", handover).dataset.url.replace("/0/", `/${$("[data-shift]").dataset.shift}/`), (answer) => location.assign(answer.next));
  $("#handover-counted").addEventListener("input", showGap);
  document.addEventListener("wy:printed", () => {
    recount();
    if (handover.open) showGap();
  });
  document.addEventListener("click", (event) => {
    const on = (selector) => event.target.closest(selector);
    const hit = on("a[data-property]");
    if (hit) { event.preventDefault(); openHouse(hit.dataset.property); }
    const printing = on("a[data-print]");
    if (printing) { event.preventDefault(); print(printing.getAttribute("href")); }
    if (on("[data-act=charge]")) openCharge();
    if (on("[data-act=hand-over]")) openHandover();
  });
  const auto = $("#desk-auto");
  try { auto.checked = localStorage.getItem("wy-desk-print") !== "off"; } catch { auto.checked = true; }
  auto.addEventListener("change", () => { try { localStorage.setItem("wy-desk-print", auto.checked ? "on" : "off"); } catch { /* private window */ } });
  firstRow();
  recount();
  if (homeId()) house.focus({ preventScroll: true });
  else search.focus();
};

if (open) start();
else {
  const float = $("[data-select]");
  float?.focus();
  float?.select();
}
for (const chooser of $$("form[data-submit-on-change]")) chooser.addEventListener("change", () => chooser.submit());
