/* The frame: navigation on phones, theme, toasts, global search, key map, failed requests.
   Other scripts say a toast with  document.dispatchEvent(new CustomEvent("wy:toast", {detail: {text, kind, link}})),
   servers with the header  HX-Trigger: {"wy:toast": {"text": "…"}}.                                              */

const $ = (selector, within = document) => within.querySelector(selector);
const root = document.documentElement;

/* ---- keys: single letters act only outside inputs and can be switched off ---- */

const remembered = (key, otherwise) => {
  try { return localStorage.getItem(key) ?? otherwise; } catch { return otherwise; }
};
const remember = (key, value) => {
  try { localStorage.setItem(key, value); } catch { /* private window */ }
};

const typing = (target) =>
  target instanceof Element &&
  target.closest("input:not([type=checkbox]):not([type=radio]):not([type=button]), textarea, select, [contenteditable]") !== null;

const lettersOn = () => remembered("wy-letters", "on") === "on";

/* True for a key that a page may take for itself: no modifier, not while typing, no dialog open, letters allowed. */
const plainKey = (event) =>
  !event.defaultPrevented && !event.ctrlKey && !event.metaKey && !event.altKey && !event.isComposing &&
  !typing(event.target) && !$("dialog[open]") &&
  (lettersOn() || event.key.length > 1 || event.key === " ");

window.wyKeys = { typing, lettersOn, plainKey };

/* ---- navigation and panels ---- */

const nav = (open) => {
  root.classList.toggle("nav-open", open);
  const burger = $("[data-nav-toggle]");
  burger?.setAttribute("aria-expanded", String(open));
  if (open) $("#wy-side a, #wy-side summary")?.focus();
  else burger?.focus({ preventScroll: true });
};

/* A long menu shows the line one is on. */
const side = $(".wy-nav");
const line = side && $("[aria-current]", side);
const below = line ? line.getBoundingClientRect().bottom - side.getBoundingClientRect().bottom : 0;
if (below > 0) side.scrollTop = below + side.clientHeight / 3;

const closePanels = (except) => {
  for (const panel of document.querySelectorAll("details[data-pop][open]")) {
    if (panel !== except) panel.open = false;
  }
};

/* ---- theme ---- */

const showTheme = () => {
  const theme = window.wyTheme?.get() ?? "auto";
  for (const button of document.querySelectorAll("[data-theme-set]")) {
    button.setAttribute("aria-pressed", String(button.dataset.themeSet === theme));
  }
  for (const button of document.querySelectorAll("[data-theme-next]")) {
    const use = $("use", button);
    const name = { auto: "theme-auto", light: "sun", dark: "moon" }[theme];
    use?.setAttribute("href", use.getAttribute("href").replace(/#.*/, `#${name}`));
    button.title = button.dataset[theme] ?? "";
  }
};

const nextTheme = () => {
  const order = ["auto", "light", "dark"];
  const theme = order[(order.indexOf(window.wyTheme.get()) + 1) % order.length];
  window.wyTheme.set(theme);
  return theme;
};

/* ---- toasts ---- */

const toast = (text, { kind = "success", link = null, undo = false } = {}) => {
  const place = $("#wy-toasts");
  const template = $("#wy-toast-template");
  if (!place || !template || !text) return;
  const node = template.content.firstElementChild.cloneNode(true);
  node.classList.add(kind);
  const use = $("use", node);
  if (kind !== "success") use?.setAttribute("href", use.getAttribute("href").replace(/#.*/, "#info"));
  $("[data-text]", node).textContent = text;
  if (link?.href && link.href.startsWith("/")) {
    const a = document.createElement("a");
    a.href = link.href;
    a.textContent = link.text;
    node.append(a);
  }
  place.append(node);
  let timer;
  const wait = () => { timer = setTimeout(() => node.remove(), undo || link ? 8000 : 4000); };
  node.addEventListener("pointerenter", () => clearTimeout(timer));
  node.addEventListener("pointerleave", wait);
  wait();
};

const sayTemplates = (within) => {
  for (const template of within.querySelectorAll("template[data-toast]")) {
    toast(template.innerHTML.trim() && template.content.textContent.trim(), { kind: template.dataset.toast || "success" });
    template.remove();
  }
};

/* ---- global search ---- */

const finder = $("#wy-finder");

const openFinder = () => {
  if (!finder) return false;
  closePanels();
  if (!finder.open) finder.showModal();
  const input = $("input", finder);
  input.select();
  input.focus();
  if (!input.value) idle();
  return true;
};

const out = finder && $(".out", finder);
/* The results are a list box only while there is something to choose. */
const listed = (any) => {
  out.toggleAttribute("role", any);
  if (any) {
    out.setAttribute("role", "listbox");
    out.setAttribute("aria-label", out.dataset.label);
  } else out.removeAttribute("aria-label");
  $("input", finder).setAttribute("aria-expanded", String(any));
  for (const head of out.querySelectorAll("h2, h3, p, ul, li")) head.setAttribute("role", "presentation");
};
const say = (text) => {
  const line = document.createElement("p");
  line.textContent = text;
  line.setAttribute("role", "status");
  out.replaceChildren(line);
  out.removeAttribute("role");
  out.removeAttribute("aria-label");
  $("input", finder).setAttribute("aria-expanded", "false");
};
const idle = () => say(out.dataset.idle);

let asked = 0;
const ask = async (words) => {
  const turn = ++asked;
  if (!words.trim()) return idle();
  try {
    const answer = await fetch(`${finder.dataset.url}?q=${encodeURIComponent(words)}`, { headers: { "HX-Request": "true" } });
    if (!answer.ok) throw new Error(String(answer.status));
    const html = await answer.text();
    if (turn !== asked) return;
    out.innerHTML = html;
    mark(0);
    if (!hits().length && !out.textContent.trim()) say(out.dataset.none);
  } catch {
    if (turn === asked) say(out.dataset.failed);
  }
};

const hits = () => [...out.querySelectorAll("a[href]")];

const mark = (index) => {
  const list = hits();
  const input = $("input", finder);
  input.removeAttribute("aria-activedescendant");
  listed(list.length > 0);
  list.forEach((hit, position) => {
    hit.id ||= `wy-hit-${position}`;
    hit.setAttribute("role", "option");
    hit.tabIndex = -1;
    hit.setAttribute("aria-selected", String(position === index));
    if (position === index) {
      input.setAttribute("aria-activedescendant", hit.id);
      hit.scrollIntoView({ block: "nearest" });
    }
  });
};

if (finder) {
  let timer;
  const input = $("input", finder);
  input.addEventListener("input", (event) => {
    clearTimeout(timer);
    if (!event.isComposing) timer = setTimeout(() => ask(input.value), 140);
  });
  input.addEventListener("compositionend", () => ask(input.value));
  finder.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const list = hits();
    const at = list.findIndex((hit) => hit.getAttribute("aria-selected") === "true");
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (list.length) mark((at + (event.key === "ArrowDown" ? 1 : -1) + list.length) % list.length);
    } else if (event.key === "Enter" && at >= 0) {
      event.preventDefault();
      list[at].click();
    }
  });
}

/* ---- failed requests: a note where the work is, with the number and one retry ---- */

const failed = (event, words, number = "") => {
  const template = $("#wy-failure");
  if (!template) return;
  const detail = event.detail;
  const where = detail.target?.isConnected ? detail.target : $("#content");
  const note = template.content.firstElementChild.cloneNode(true);
  $("[data-text]", note).textContent = number ? `${words} ${template.dataset.number} ${number}` : words;
  $("[data-retry]", note).addEventListener("click", () => {
    note.remove();
    const source = detail.elt;
    if (detail.requestConfig?.verb !== "get") location.reload();
    else if (source?.isConnected) window.htmx.ajax("GET", detail.pathInfo?.finalRequestPath ?? detail.requestConfig.path, { source, target: detail.target });
    else location.reload();
  });
  place(where, note);
};

const place = (where, note) => {
  document.querySelectorAll(".wy-failed").forEach((old) => old.remove());
  note.classList.add("wy-failed");
  const table = where.closest(".wy-card, .wy-drawer, form") ?? where;
  if (table.matches("main, .wy-drawer, body")) table.prepend(note);
  else table.before(note);
  if (where.hidden) where.hidden = false;
  note.scrollIntoView({ block: "nearest" });
};

const unsureStatus = new Set([502, 503, 504]);

document.addEventListener("htmx:responseError", (event) => {
  const { xhr, requestConfig } = event.detail;
  const number = xhr.getResponseHeader("X-Request-Number") ?? "";
  const refusal = new DOMParser().parseFromString(xhr.responseText, "text/html").querySelector("[data-refusal] .wy-note");
  const words = $("#wy-failure")?.dataset ?? {};
  if (refusal) return place(event.detail.target ?? $("#content"), document.adoptNode(refusal));
  const unsure = unsureStatus.has(xhr.status) && requestConfig.verb !== "get";
  return failed(event, unsure ? words.unsure : words.server, number);
});
for (const name of ["htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(name, (event) => {
    const words = $("#wy-failure")?.dataset ?? {};
    failed(event, event.detail.requestConfig?.verb === "get" ? words.network : words.unsure);
  });
}
document.addEventListener("htmx:beforeRequest", () => document.querySelectorAll(".wy-failed").forEach((old) => old.remove()));
document.addEventListener("htmx:afterSwap", (event) => sayTemplates(event.detail.elt ?? document));
document.addEventListener("wy:toast", (event) => toast(event.detail.text, event.detail));
document.addEventListener("wy:theme", showTheme);

/* ---- clicks and keys ---- */

document.addEventListener("click", (event) => {
  const on = (selector) => event.target.closest(selector);
  closePanels(on("details[data-pop]"));
  if (on("[data-nav-toggle]")) nav(!root.classList.contains("nav-open"));
  else if (on("[data-nav-close]")) nav(false);
  else if (on("[data-theme-set]")) window.wyTheme.set(on("[data-theme-set]").dataset.themeSet);
  else if (on("[data-theme-next]")) {
    const button = on("[data-theme-next]");
    toast(button.dataset[nextTheme()], { kind: "info" });
  } else if (on("[data-search-open]")) {
    if (openFinder()) event.preventDefault();
  } else if (on("[data-keymap-open]")) $("#wy-keymap")?.showModal();
  else if (on("[data-close]")) on("dialog")?.close();
  else if (on("[data-dismiss]")) on(".wy-msgs, .wy-note")?.remove();
  else if (event.target instanceof HTMLDialogElement && event.target.dataset.light !== undefined) event.target.close();
});

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-letters]")) remember("wy-letters", event.target.checked ? "on" : "off");
});

document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k") {
    if (openFinder()) event.preventDefault();
    return;
  }
  if (event.key === "Escape" && !$("dialog[open]")) {
    if (root.classList.contains("nav-open")) nav(false);
    closePanels();
    return;
  }
  if (!plainKey(event)) return;
  if (event.key === "/") {
    const box = $("[data-page-search]");
    event.preventDefault();
    if (box) { box.focus(); box.select?.(); } else openFinder();
  } else if (event.key === "?") {
    event.preventDefault();
    $("#wy-keymap")?.showModal();
  } else if (/^[a-z]$/i.test(event.key) && !event.shiftKey) {
    /* data-key="f" on a button or link: the letter presses it */
    const target = [...document.querySelectorAll(`[data-key="${event.key.toLowerCase()}"]`)].find((node) => node.offsetParent);
    if (target && !target.disabled && target.getAttribute("aria-disabled") !== "true") {
      event.preventDefault();
      target.click();
    }
  }
});

const letters = $("[data-letters]");
if (letters) letters.checked = lettersOn();
showTheme();
sayTemplates(document);
