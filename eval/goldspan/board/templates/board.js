"use strict";
// Sorts and filters the tables of the page. Rows are moved and hidden, nothing is made of their text.
(() => {
  const one = (selector, within = document) => within.querySelector(selector);
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const words = one("#words"), kind = one("#kind"), type = one("#type"), status = one("#found");

  function compare(a, b, place, way, isText) {
    const [one, other] = [a.cells[place].dataset.v, b.cells[place].dataset.v];
    if (one === "" || other === "") return (one === "") - (other === "");  // what is undefined is last, either way
    return way * (isText ? one.localeCompare(other) : Number(one) - Number(other));
  }

  function sort(heading) {
    const row = heading.parentElement, place = heading.cellIndex, first = heading.dataset.sort;
    const turned = { ascending: "descending", descending: "ascending" };
    const way = turned[heading.ariaSort] || (first === "down" ? "descending" : "ascending");
    for (const other of row.cells) other.removeAttribute("aria-sort");
    heading.ariaSort = way;
    const body = one("tbody:not(.fixed)", heading.closest("table"));
    const rows = [...body.rows];
    rows.sort((a, b) => compare(a, b, place, way === "ascending" ? 1 : -1, first === "text"));
    body.append(...rows);
  }

  function filter() {
    const wanted = words.value.trim().toLowerCase();
    for (const row of all("tbody:not(.fixed) > tr[data-kind]")) {
      const text = one("th", row).textContent.toLowerCase();
      row.hidden = !(text.includes(wanted) && (!kind.value || row.dataset.kind === kind.value));
    }
    for (const part of all("details.type")) {
      part.hidden = Boolean(type.value) && part.dataset.type !== type.value;
      if (type.value && !part.hidden) part.open = true;
    }
    const rows = all("#table > tbody:not(.fixed) > tr");
    const shown = rows.filter((row) => !row.hidden).length;
    status.textContent = `${shown} of ${rows.length} ${rows.length === 1 ? "system" : "systems"}`;
  }

  for (const heading of all("table.sortable thead th[data-sort]")) {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...heading.childNodes);
    heading.append(button);
    button.addEventListener("click", () => sort(heading));
  }
  if (!words) return;
  for (const control of [words, kind, type]) control.addEventListener("input", filter);
  one("#clear").addEventListener("click", () => {
    for (const control of [words, kind, type]) control.value = "";
    filter();
  });
  for (const part of all(".needs-script")) part.hidden = false;
  filter();
})();
