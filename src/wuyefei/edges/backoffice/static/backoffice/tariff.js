// Of a new tariff only the fields of the chosen method are shown. Without this file all are, and the rest are ignored.
const method = document.querySelector("[name=method]");

function show() {
  for (const part of document.querySelectorAll("[data-for]")) part.hidden = !part.dataset.for.split(" ").includes(method.value);
}

method.addEventListener("change", show);
show();
