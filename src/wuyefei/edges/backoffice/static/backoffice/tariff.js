// Of a new tariff only the fields of the chosen method are shown and sent. Without this file all are shown.
const method = document.querySelector("[name=method]");

function show() {
  for (const part of document.querySelectorAll("[data-for]")) {
    part.hidden = !part.dataset.for.split(" ").includes(method.value);
    for (const field of part.querySelectorAll("input, select, textarea")) field.disabled = part.hidden;
  }
}

method.addEventListener("change", show);
show();
