/* The search box and its hits. */

import { $, $$, fragment, words } from "./asking.js";

export const search = $("#desk-search");
const hitList = $("#desk-hits");
let open = () => {};

let asked = 0;
export const hits = () => $$("a[data-property]", hitList);

export const mark = (index) => {
  hits().forEach((hit, position) => {
    hit.setAttribute("aria-selected", String(position === index));
    if (position === index) {
      search.setAttribute("aria-activedescendant", hit.id);
      hit.scrollIntoView({ block: "nearest", inline: "nearest" });
    }
  });
};

export const clearHits = () => {
  asked += 1;
  hitList.replaceChildren();
  hitList.removeAttribute("role");
  search.setAttribute("aria-expanded", "false");
  search.removeAttribute("aria-activedescendant");
  $("#desk-found").textContent = "";
};

const look = async () => {
  const turn = ++asked;
  const text = search.value.trim();
  if (!text) return clearHits();
  try {
    const html = await fragment(`${words.find}?q=${encodeURIComponent(text)}`);
    if (turn !== asked) return undefined;
    hitList.innerHTML = html;
    const count = $("template[data-count]", hitList);
    const any = count?.dataset.count !== "0";
    $("#desk-found").textContent = any ? count.content.textContent.trim() : words.none;
    count?.remove();
    hitList.toggleAttribute("role", any);
    if (any) hitList.setAttribute("role", "listbox");
    search.setAttribute("aria-expanded", String(any));
    mark(0);
  } catch {
    if (turn === asked) $("#desk-found").textContent = words.failed;
  }
  return undefined;
};

const onSearchKey = (event) => {
  if (event.isComposing) return;
  const list = hits();
  const at = list.findIndex((hit) => hit.getAttribute("aria-selected") === "true");
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    if (list.length) mark((at + (event.key === "ArrowDown" ? 1 : -1) + list.length) % list.length);
  } else if (event.key === "Enter") {
    event.preventDefault();
    if (at >= 0) open(list[at].dataset.property);
    else enterSoon = true;
  }
};
/* Enter pressed before the hits have come opens the first of them. */
let enterSoon = false;

/* `opens(id)` shows the household chosen. */
export const startSearch = (opens) => {
  open = opens;
  let timer;
  const soon = () => {
    clearTimeout(timer);
    enterSoon = false;
    timer = setTimeout(async () => {
      await look();
      if (enterSoon && hits().length) open(hits()[0].dataset.property);
      enterSoon = false;
    }, 120);
  };
  search.addEventListener("input", (event) => { clearHits(); if (!event.isComposing) soon(); });
  search.addEventListener("compositionend", soon);
  search.addEventListener("keydown", onSearchKey);
  if (search.value.trim()) soon(); /* typed before the script was there */
};
