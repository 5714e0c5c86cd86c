// Tables by keyboard: j and k move, x selects, Enter opens (the link of the row has the focus). And the count of what is selected.
import { isTyping } from "./frame.js";

export function watch() {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const picking = event.target.matches(".pick input");
    if (isTyping(event.target) && !picking) return;
    if (event.key === "j") move(1);
    else if (event.key === "k") move(-1);
    else if (event.key === "x") pick();
  });
  document.addEventListener("change", (event) => {
    const form = event.target.closest("[data-bulk]");
    if (!form) return;
    if (event.target.matches("[data-pick-all]")) {
      for (const box of boxes(form)) box.checked = event.target.checked;
    }
    count(form);
  });
  document.addEventListener("reset", (event) => {
    const form = event.target.closest("[data-bulk]");
    if (form) setTimeout(() => count(form));
  });
  show();
  document.addEventListener("htmx:after:swap", show);
  addEventListener("resize", show);
  document.fonts.ready.then(show); // letters of another width make another table
}

function show() {
  for (const box of document.querySelectorAll("[data-pick-all]")) box.hidden = false;
  for (const frame of document.querySelectorAll(".ledger-frame")) {
    // What scrolls sideways can be scrolled with the keyboard; a frame that is named always can.
    if (frame.scrollWidth > frame.clientWidth) frame.tabIndex = 0;
    else if (!frame.hasAttribute("role")) frame.removeAttribute("tabindex");
  }
  for (const form of document.querySelectorAll("[data-bulk]")) count(form);
}

const boxes = (form) => [...form.querySelectorAll("[name=selected]")];

function count(form) {
  const all = boxes(form);
  const picked = all.filter((box) => box.checked).length;
  const words = form.querySelector("output");
  words.textContent = picked === 1 ? words.dataset.one : words.dataset.many.replace("{n}", picked.toLocaleString(document.documentElement.lang));
  const everything = form.querySelector("[data-pick-all]");
  if (everything) {
    everything.checked = picked > 0 && picked === all.length;
    everything.indeterminate = picked > 0 && picked < all.length;
  }
}

function move(step) {
  const rows = [...document.querySelectorAll("[data-ledger] tbody tr:not(.ledger-group)")];
  if (!rows.length) return;
  const at = rows.findIndex((row) => row.classList.contains("at"));
  const next = rows[Math.min(Math.max(at + step, 0), rows.length - 1)];
  rows[at]?.classList.remove("at");
  next.classList.add("at");
  next.querySelector("th a, td a")?.focus();
  next.scrollIntoView({ block: "nearest" });
}

function pick() {
  const box = document.querySelector("[data-ledger] tr.at .pick input");
  if (!box) return;
  box.checked = !box.checked;
  box.dispatchEvent(new Event("change", { bubbles: true }));
}
