// Forms, a little nicer than without a script: nothing here is needed to answer, add a row or save.

import { keepSaved } from "./autosave.js";
import { listenToRows } from "./rows.js";

// Groups that matter only for some answers are hidden for the others. What they hold is still sent and kept.
function showWhatMatters(form) {
  const answers = new FormData(form);
  for (const group of form.querySelectorAll("details[data-when]")) {
    const matters = group.dataset.values.split(" ").some((value) => answers.getAll(group.dataset.when).includes(value));
    const hide = !matters && !("faulty" in group.dataset);
    if (group.hidden && !hide) group.open = true;
    group.hidden = hide;
  }
}

// Browsers without `field-sizing` get text areas that grow with their words from here.
function growWithWords(area) {
  if (CSS.supports("field-sizing", "content")) return;
  area.style.height = "auto";
  area.style.height = `${area.scrollHeight + area.offsetHeight - area.clientHeight}px`;
}

// A long list of boxes to tick gets a field that narrows it.
function addFilters(root) {
  for (const list of root.querySelectorAll("[data-filter]:not([data-filtered])")) {
    list.dataset.filtered = "";
    const label = document.createElement("label");
    label.className = "form-label choice-filter-label";
    label.htmlFor = list.dataset.filterId;
    label.textContent = list.dataset.filter;
    const input = document.createElement("input");
    input.className = "form-control choice-filter";
    input.type = "search";
    input.id = list.dataset.filterId;
    list.before(label, input);
    input.addEventListener("input", (event) => {
      event.stopPropagation();
      narrow(list, fold(input.value));
    });
    input.addEventListener("keydown", (event) => event.key === "Enter" && event.preventDefault());
  }
}

function narrow(list, words) {
  for (const item of list.querySelectorAll(".form-check")) {
    item.hidden = !fold(item.textContent).includes(words) && !item.querySelector("input").checked;
  }
  for (const group of list.querySelectorAll(".choice-group")) {
    group.hidden = !group.querySelector(".form-check:not([hidden])");
  }
}

const fold = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().trim();

// Records too many for a list are proposed as one types their name.
let asked;
async function suggest(input) {
  clearTimeout(asked);
  if (input.value.trim().length < 2) return;
  asked = setTimeout(async () => {
    const address = new URL(input.dataset.suggest, location.href);
    address.searchParams.set("q", input.value);
    const answer = await fetch(address, { headers: { Accept: "application/json" } }).catch(() => null);
    if (!answer?.ok) return;
    const found = await answer.json();
    input.list?.replaceChildren(...found.map(([reference, name]) => new Option("", `${name} (${reference})`)));
  }, 200);
}

function enliven(form) {
  const refresh = (root) => {
    addFilters(root);
    root.querySelectorAll("textarea").forEach(growWithWords);
    showWhatMatters(form);
  };
  refresh(form);
  listenToRows(form, JSON.parse(form.dataset.words), refresh);
  form.addEventListener("input", ({ target }) => {
    if (target.matches("textarea")) growWithWords(target);
    if (target.dataset.suggest) suggest(target);
  });
  form.addEventListener("change", () => showWhatMatters(form));
  // A link of the summary of errors may lead into a folded group.
  form.addEventListener("click", ({ target }) => {
    const id = target.closest("[data-form-errors] a")?.hash.slice(1);
    const field = id && document.getElementById(id);
    if (!field) return;
    field.closest("details")?.setAttribute("open", "");
    requestAnimationFrame(() => field.focus());
  });
  if (form.dataset.draftUrl) keepSaved(form, JSON.parse(form.dataset.words));
  form.querySelector("[data-form-errors]")?.focus();
}

document.querySelectorAll("form[data-form]").forEach(enliven);
