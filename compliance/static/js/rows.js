// The row buttons, answered on the page. Without a script the same buttons send the form, and the server does it.

const PLACEHOLDER = "__key__";

function freshKey() {
  return [...crypto.getRandomValues(new Uint8Array(4))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function rowsOf(list) {
  return [...list.querySelector("[data-row-items]").children].filter((item) => item.dataset.row);
}

function renumber(list) {
  const rows = rowsOf(list);
  rows.forEach((row, index) => {
    row.querySelector("[data-row-position]").value = index + 1;
    for (const number of row.querySelectorAll("[data-row-number]")) number.textContent = index + 1;
  });
  const items = list.querySelector("[data-row-items]");
  items.hidden = items.children.length === 0;
  list.querySelector("[data-row-none]").hidden = items.children.length > 0;
  return rows.length;
}

function say(list, words, values) {
  list.querySelector("[data-row-said]").textContent = fill(words, values);
}

export function fill(words, values) {
  return words.replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);
}

function add(list, words) {
  const template = list.querySelector("[data-row-template]");
  const made = document.createElement("template");
  made.innerHTML = template.innerHTML.replaceAll(PLACEHOLDER, freshKey());
  const row = made.content.querySelector("[data-row]");
  list.querySelector("[data-row-items]").append(row);
  const total = renumber(list);
  say(list, words.added, { place: total });
  row.querySelector("input:not([type=hidden]), select, textarea")?.focus();
  return row;
}

// A removed row leaves its place to a line with a way back; its fields, out of the page, are not sent.
function remove(list, row, words) {
  const line = document.createElement("li");
  line.className = "row-removed";
  const told = document.createElement("span");
  told.textContent = fill(words.removed, { row: row.querySelector("legend").textContent.replace(/\s+/g, " ").trim() });
  const undo = document.createElement("button");
  undo.type = "button";
  undo.className = "btn btn-sm btn-outline-secondary";
  undo.textContent = words.undo;
  undo.addEventListener("click", () => {
    line.replaceWith(row);
    renumber(list);
    row.querySelector("[data-row-verb=remove]").focus();
    list.dispatchEvent(new Event("change", { bubbles: true }));
  });
  line.append(told, " ", undo);
  row.replaceWith(line);
  renumber(list);
  say(list, told.textContent, {});
  undo.focus();
}

function move(list, row, step, words) {
  const rows = rowsOf(list);
  const there = rows[rows.indexOf(row) + step];
  if (!there) return;
  if (step < 0) there.before(row);
  else there.after(row);
  const total = renumber(list);
  row.querySelector(`[data-row-verb=${step < 0 ? "up" : "down"}]`).focus();
  say(list, words.moved, { place: rowsOf(list).indexOf(row) + 1, total });
}

export function listenToRows(form, words, refresh) {
  form.addEventListener("click", (event) => {
    const button = event.target.closest("[data-row-verb]");
    if (!button) return;
    event.preventDefault();
    const list = button.closest("[data-rows]");
    const row = button.closest("[data-row]");
    const verb = button.dataset.rowVerb;
    if (verb === "add") refresh(add(list, words));
    else if (verb === "remove") remove(list, row, words);
    else move(list, row, verb === "up" ? -1 : 1, words);
    list.dispatchEvent(new Event("change", { bubbles: true }));
  });
}
