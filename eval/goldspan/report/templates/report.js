"use strict";
// From a number to its leaves, from a leaf to its words. The leaves are read from the tables of the page itself, and
// every text is put in as text, never as markup. What is shown hangs on the address alone, so Back and reload work:
// "#leaves?field=3&outcome=missed" is a list, "#d2r7" the leaf 7 of document 2, "#d2g7" and "#d2p7" its marked words.
(() => {
  const one = (selector, within = document) => within.querySelector(selector);
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const CHUNK = 100;
  const controls = ["field", "outcome", "error", "event", "words"].map((id) => one("#" + id)).filter(Boolean);
  const list = one("#list tbody"), status = one("#found"), more = one("#more"), bar = one("#bar");
  const types = new Map(all("#field option[data-type]").map((option) => [option.value, option.dataset.type]));
  const documents = all("details.document");
  let leaves = null;   // of all documents, read when first needed
  let found = [];      // those that the filter lets through
  let kept = null;     // the rows of `found`, as a set; null: there is no filter
  let listed = 0;      // how many of `found` stand in the list
  let at = null;       // the row of the leaf that is shown

  function read(row) {
    const [field, gold, pred, outcome] = [...row.cells];
    const error = one("small", outcome);
    const owner = row.closest("details");
    return {
      row, place: row.dataset.f, field: field.textContent, gold: gold.textContent, pred: pred.textContent,
      outcome: row.className.split(" ")[0], error: error ? error.textContent : "",
      event: row.closest("table").dataset.e, about: one("caption", row.closest("table")).textContent,
      owner, title: one("h3", owner).textContent,
    };
  }

  function matches(leaf, want) {
    const words = (want.get("words") || "").toLowerCase();
    return (!want.get("field") || [leaf.place, types.get(leaf.place)].includes(want.get("field")))
      && (!want.get("outcome") || (want.get("outcome") === "wrong"
        ? leaf.outcome !== "matched" : leaf.outcome === want.get("outcome")))
      && (!want.get("error") || leaf.error === want.get("error"))
      && (!want.get("event") || leaf.event === want.get("event"))
      && (!want.has("gold") || leaf.gold === want.get("gold"))
      && (!want.has("pred") || leaf.pred === want.get("pred"))
      && (!words || [leaf.field, leaf.gold, leaf.pred, leaf.title].join("\n").toLowerCase().includes(words));
  }

  function element(name, text, className) {
    const made = document.createElement(name);
    if (text) made.textContent = text;
    if (className) made.className = className;
    return made;
  }

  function entry(leaf) {
    const row = element("tr"), head = element("th"), link = element("a", leaf.field);
    link.href = "#" + leaf.row.id;
    head.scope = "row";
    head.append(link, element("small", leaf.title), element("small", leaf.about));
    const outcome = element("td", leaf.outcome, leaf.outcome);
    if (leaf.error) outcome.append(element("br"), element("small", leaf.error));
    row.append(head, outcome, element("td", leaf.gold), element("td", leaf.pred));
    return row;
  }

  function extend() {
    const next = found.slice(listed, listed + CHUNK).map(entry);
    list.append(...next);
    listed += next.length;
    more.hidden = listed >= found.length;
    return next;
  }

  function filter(want) {
    const on = [...want.values()].some(Boolean);
    for (const control of controls) control.value = want.get(control.id) || "";
    if (on && !leaves) leaves = all("tr[data-f]").map(read);
    found = on ? leaves.filter((leaf) => matches(leaf, want)) : [];
    kept = on ? new Set(found.map((leaf) => leaf.row)) : null;
    const owners = new Set(found.map((leaf) => leaf.owner));
    for (const owner of documents) owner.hidden = on && !owners.has(owner);
    documents.filter((owner) => owner.open).forEach(dim);
    list.replaceChildren();
    listed = 0;
    extend();
    one("#list").hidden = !found.length;
    const values = ["gold", "pred"].filter((side) => want.has(side)).map((side) => ` ${side}: ${want.get(side)}`).join(",");
    status.textContent = on
      ? `${found.length} ${found.length === 1 ? "leaf" : "leaves"} in ${owners.size} of ${documents.length} documents.${values}`
      : "Choose here, or click a number above: the leaves behind it are listed here.";
  }

  // In an open document, what the filter leaves out steps back.
  function dim(owner) {
    const rows = all("tr[data-f]", owner);
    for (const row of rows) row.classList.toggle("off", Boolean(kept) && !kept.has(row));
    for (const mark of all("mark", owner)) {
      mark.classList.toggle("off", Boolean(kept) && !mark.dataset.l.split(" ").some((n) => kept.has(rows[n])));
    }
  }

  function show(target) {
    const [, doc, side, number] = target;
    const row = document.getElementById(`${doc}r${number}`);
    if (!row) return;
    const leaf = read(row);
    leaf.owner.hidden = false;
    leaf.owner.open = true;
    all(".here").forEach((old) => old.classList.remove("here"));
    at = row;
    const marks = all(`mark[data-l~="${number}"]`, leaf.owner);
    for (const marked of [row, ...marks]) marked.classList.add("here");
    const anchor = document.getElementById(`${doc}${side}${number}`);
    const first = side !== "r" && anchor ? anchor.closest("mark") || one("mark", anchor) : marks[0] || row;
    tell(leaf);
    first.tabIndex = -1;
    first.focus({ preventScroll: true });
    first.scrollIntoView({ block: "center" });
  }

  // A cell's value, as a link to its words where they are marked.
  const value = (cell) => cell.cloneNode(true).childNodes;

  function tell(leaf) {
    const place = found.findIndex((each) => each.row === at);
    leaf.owner.append(bar);  // right behind the texts, so that Tab leads from the words to it
    bar.hidden = false;
    one("p", bar).replaceChildren(
      place < 0 ? "" : `${place + 1} of ${found.length}: `, element("b", leaf.field),
      ` ${leaf.outcome}${leaf.error ? ` (${leaf.error})` : ""}. Gold: `, ...value(leaf.row.cells[1]),
      ". Prediction: ", ...value(leaf.row.cells[2]), ".");
    for (const button of all("button", bar)) {
      button.hidden = place < 0;
      button.disabled = !found[place + Number(button.dataset.by)];
    }
  }

  let last = null;  // the list that is shown, as it stood in the address
  function route() {
    const address = location.hash.slice(1);
    const target = /^(d\d+)([rgp])(\d+)$/.exec(address);
    if (target) return show(target);
    if (!address.startsWith("leaves?")) return undefined;
    if (address !== last) filter(new URLSearchParams(address.slice(7)));
    last = address;
    return one("#leaves").scrollIntoView();
  }

  function go(query, replace) {
    const address = "leaves?" + query;
    if (replace) {
      last = address;
      history.replaceState(null, "", "#" + address);
      filter(new URLSearchParams(query));
    } else if (location.hash.slice(1) === address) route();
    else location.hash = address;
  }

  document.addEventListener("click", (event) => {
    const number = event.target.closest("a[data-q]");
    const mark = event.target.closest("mark[data-l]");
    const step = event.target.closest("button[data-by]");
    const back = event.target.closest("#bar a");
    if (number) {
      event.preventDefault();
      go(number.dataset.q);
      one("#leaves-h").focus({ preventScroll: true });
    } else if (back && last) {
      event.preventDefault();
      const row = found.findIndex((leaf) => leaf.row === at);
      location.hash = last;
      const link = row < 0 ? null : one("a", list.rows[row] || list);
      (link || one("#leaves-h")).focus();
    } else if (step) {
      const place = found.findIndex((leaf) => leaf.row === at) + Number(step.dataset.by);
      location.hash = found[place].row.id;
    } else if (mark) {
      const side = mark.closest(".sides").firstElementChild.contains(mark) ? "g" : "p";
      location.hash = mark.closest("details").id + side + mark.dataset.l.split(" ")[0];
    }
  });
  for (const control of controls) {
    control.addEventListener("input", () => {
      go(new URLSearchParams(controls.map((each) => [each.id, each.value]).filter((pair) => pair[1])).toString(), true);
    });
  }
  one("#clear").addEventListener("click", () => go("", true));
  more.addEventListener("click", () => one("a", extend()[0]).focus());
  document.addEventListener("toggle", (event) => {
    if (kept && event.target.matches("details.document[open]")) dim(event.target);
  }, true);
  let closed = [];
  addEventListener("beforeprint", () => {
    closed = all("details:not([open])");
    for (const each of closed) each.open = true;
  });
  addEventListener("afterprint", () => closed.forEach((each) => { each.open = false; }));
  addEventListener("hashchange", route);
  all(".needs-script").forEach((part) => { part.hidden = false; });
  one(".without-script").hidden = true;
  filter(new URLSearchParams());
  route();
})();
