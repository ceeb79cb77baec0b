/* What every part of the desk uses: the page's words, asking the server, notes beside the work. */

export const $ = (selector, within = document) => within.querySelector(selector);
export const $$ = (selector, within = document) => [...within.querySelectorAll(selector)];
const desk = $("#desk");
export const words = desk.dataset;

export const post = async (url, data) => {
  const answer = await fetch(url, { method: "POST", headers: { "X-CSRFToken": words.csrf, Accept: "application/json" }, body: data });
  if (answer.headers.get("Content-Type")?.includes("json")) return { ok: answer.ok, ...(await answer.json()) };
  if (answer.redirected) { location.reload(); return { ok: false, code: "signed_out", text: words.failed }; }
  const number = answer.headers.get("X-Request-Number") ?? "";
  const unsure = answer.status >= 502;
  return { ok: false, code: unsure ? "unsure" : "failed", text: `${unsure ? words.unsure : words.failed} ${number}` };
};

export const fragment = async (url) => {
  const answer = await fetch(url, { headers: { "HX-Request": "true" } });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.text();
};

export const note = (where, text) => {
  where.replaceChildren();
  if (!text) return;
  const node = $("#desk-note-template").content.firstElementChild.cloneNode(true);
  $("[data-text]", node).textContent = text;
  where.append(node);
  node.scrollIntoView({ block: "nearest" });
};

export const toast = (text) => document.dispatchEvent(new CustomEvent("wy:toast", { detail: { text } }));
