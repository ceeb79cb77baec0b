{% load static %}/* Pages come from the network as ever; where it fails, the kept page says what is known. Nothing of anybody's is kept. */
const PAGE = "{% url 'portal:offline' %}";
const SENT = `${PAGE}?sent=1`;
const FILES = ["{% static 'shell/tokens.css' %}", "{% static 'shell/base.css' %}", "{% static 'portal/h5.css' %}", "{% static 'portal/h5.svg' %}"];
const KEPT = `h5 ${FILES.join(" ")}`;

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(KEPT).then((kept) => kept.addAll([PAGE, SENT, ...FILES])).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(caches.keys().then((names) => Promise.all(names.filter((name) => name !== KEPT).map((name) => caches.delete(name)))));
});

const fresh = async (request) => {
  try {
    const answer = await fetch(request);
    if (answer.ok) (await caches.open(KEPT)).put(request, answer.clone());
    return answer;
  } catch (error) {
    const kept = await caches.match(request);
    if (!kept) throw error;
    return kept;
  }
};

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.mode === "navigate") {
    event.respondWith(fetch(request).catch(() => caches.match(request.method === "GET" ? PAGE : SENT)));
  } else if (FILES.includes(new URL(request.url).pathname)) {
    event.respondWith(fresh(request));
  }
});
