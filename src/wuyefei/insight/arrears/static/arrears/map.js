/* Arrow keys move between the homes of a building's map; one of them is in the order of the tab key. */
const map = document.querySelector("[data-map]");
document.querySelector("[data-print]")?.addEventListener("click", () => window.print());
if (map) {
  const rows = [...map.tBodies[0].rows].map((row) => [...row.cells].slice(1).map((cell) => [...cell.querySelectorAll("a")]));
  const every = rows.flat(2);
  const choose = (home) => { every.forEach((one) => { one.tabIndex = one === home ? 0 : -1; }); };
  if (every.length) choose(every[0]);
  map.addEventListener("focusin", (event) => { if (every.includes(event.target)) choose(event.target); });
  map.addEventListener("keydown", (event) => {
    const steps = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
    const step = steps[event.key], here = event.target.closest("a");
    if (!here || !(step || event.key === "Home" || event.key === "End") || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    let row = rows.findIndex((cells) => cells.some((cell) => cell.includes(here)));
    let column = rows[row].findIndex((cell) => cell.includes(here));
    if (!step) {
      const found = rows[row].filter((cell) => cell.length);
      (event.key === "Home" ? found[0] : found[found.length - 1])[0].focus();
      return;
    }
    const cell = rows[row][column], next = cell.indexOf(here) + step[0];
    if (step[0] && next >= 0 && next < cell.length) { cell[next].focus(); return; }
    for (row += step[0], column += step[1]; rows[row]?.[column]; row += step[0], column += step[1]) {
      if (rows[row][column].length) { rows[row][column][0].focus(); return; }
    }
  });
}
