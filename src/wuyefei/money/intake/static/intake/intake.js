/* Import pages: the drop area, the name of a new community, the words of the import button. */

const $ = (selector, within = document) => within.querySelector(selector);

const drop = $("[data-drop]");
if (drop) {
  const input = $("input[type=file]", drop);
  const name = $("[data-drop-name]", drop);
  const tell = () => { name.textContent = input.files.length ? input.files[0].name : ""; };
  input.addEventListener("change", tell);
  for (const kind of ["dragenter", "dragover"]) {
    drop.addEventListener(kind, (event) => { event.preventDefault(); drop.classList.add("over"); });
  }
  for (const kind of ["dragleave", "drop"]) drop.addEventListener(kind, () => drop.classList.remove("over"));
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    if (event.dataTransfer.files.length) { input.files = event.dataTransfer.files; tell(); }
  });
}

const place = $("select[name=place]");
const fresh = $("[data-new-place]");
if (place && fresh) {
  const show = () => { fresh.hidden = place.value !== "new"; };
  place.addEventListener("change", show);
  show();
}

const button = $("[data-import]");
if (button) {
  const show = () => {
    const mode = $("input[name=mode]:checked")?.value ?? "all";
    button.textContent = mode === "valid" ? button.dataset.valid : button.dataset.all;
    if (button.dataset.errors && mode === "all") button.setAttribute("aria-disabled", "true");
    else button.removeAttribute("aria-disabled");
  };
  for (const radio of document.querySelectorAll("input[name=mode]")) radio.addEventListener("change", show);
  button.addEventListener("click", (event) => {
    if (button.getAttribute("aria-disabled") !== "true") return;
    event.preventDefault();
    document.dispatchEvent(new CustomEvent("wy:toast", { detail: { text: $("[data-why]")?.textContent ?? "" } }));
  });
  show();
}
