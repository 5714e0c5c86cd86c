// A form that saves itself: what was typed goes to the draft on the server a moment after each change. Until the
// server has it, it is also kept in this browser, so that a lost connection or an expired sign-in costs no word.

import { fill } from "./rows.js";

const AFTER_CHANGE = 3000;
const AFTER_BLUR = 400;
const RETRY = 5000;

const UNSAVED = "unsaved";
const SAVED = "saved";

export function keepSaved(form, words) {
  const state = { name: "", at: 0, version: 0, sent: 0, leaving: false, timer: 0, request: null };
  const kept = new KeptHere(form);
  const display = new Display(form, words);

  const schedule = (delay) => {
    clearTimeout(state.timer);
    state.timer = setTimeout(send, delay);
  };

  function changed() {
    state.version += 1;
    kept.write();
    if (state.name !== "offline" && state.name !== "signed_out") show(UNSAVED);
  }

  function show(name) {
    state.name = name;
    if (name === SAVED) state.at = Date.now();
    display.show(name, state.at);
  }

  async function send({ keepalive = false } = {}) {
    clearTimeout(state.timer);
    if (state.leaving || state.sent === state.version || (state.request && !keepalive)) return;
    const version = state.version;
    state.request = new AbortController();
    const outcome = await post(form, state.request.signal, keepalive);
    state.request = null;
    if (state.leaving) return;
    if (outcome === SAVED) {
      state.sent = Math.max(state.sent, version);
      if (state.sent === state.version) {
        kept.drop();
        show(SAVED);
      } else schedule(AFTER_CHANGE);
      return;
    }
    show(outcome);
    // A token goes stale when the person signs in again in another tab: the page has the fresh one.
    if (outcome === "signed_out") await refreshToken(form);
    schedule(RETRY);
  }

  form.addEventListener("input", () => (changed(), schedule(AFTER_CHANGE)));
  form.addEventListener("change", () => (changed(), schedule(AFTER_BLUR)));
  form.addEventListener("focusout", () => state.sent !== state.version && schedule(AFTER_BLUR));
  addEventListener("online", () => send());
  addEventListener("focus", () => state.sent !== state.version && send());
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") send({ keepalive: true });
  });
  addEventListener("beforeunload", (event) => {
    if (!state.leaving && state.sent !== state.version) event.preventDefault();
  });
  form.addEventListener("submit", () => {
    state.leaving = true;
    clearTimeout(state.timer);
    state.request?.abort();
    if (state.sent !== state.version) kept.write({ submitted: true });
  });
  addEventListener("pageshow", () => (state.leaving = false));
  setInterval(() => state.name === SAVED && display.show(SAVED, state.at), 1000);
  // A page that says what is wrong already holds what was typed, and its draft may not; so does one in which somebody
  // typed before this script had come. It is kept at once.
  if (form.querySelector("[data-form-errors]") || isAltered(form)) {
    changed();
    schedule(AFTER_BLUR);
  } else kept.offer();
}

// Whether the form says something else than the page did when it came.
function isAltered(form) {
  return [...form.elements].some((field) => {
    if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
    if (field.options) return [...field.options].some((o) => o.defaultSelected) && field.selectedOptions[0]?.defaultSelected === false;
    return field.type !== "hidden" && field.defaultValue !== undefined && field.value !== field.defaultValue;
  });
}

async function post(form, signal, keepalive) {
  const fields = new URLSearchParams(new FormData(form));
  try {
    const answer = await fetch(form.dataset.draftUrl, {
      method: "POST",
      body: fields,
      headers: { "X-CSRFToken": fields.get("csrf_token") ?? "", Accept: "application/json" },
      redirect: "manual",
      signal,
      keepalive,
    });
    if (answer.ok) return SAVED;
    if (answer.type === "opaqueredirect" || [400, 401, 403].includes(answer.status)) return "signed_out";
    return "refused";
  } catch {
    return "offline";
  }
}

async function refreshToken(form) {
  try {
    const answer = await fetch(location.href, { redirect: "manual", headers: { Accept: "text/html" } });
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector("form[data-draft-url] input[name=csrf_token]");
    if (fresh) form.elements.csrf_token.value = fresh.value;
  } catch {
    // No connection: the next attempt will ask again.
  }
}

// What the person reads about the draft. The age is for the eye only: a screen reader hears each state once.
class Display {
  constructor(form, words) {
    this.words = words;
    this.shown = form.querySelector("[data-save-shown]");
    this.said = form.querySelector("[data-save-said]");
    this.box = form.querySelector("[data-save-state]");
    this.signedOut = form.querySelector("[data-signed-out]");
  }

  show(name, at) {
    const seconds = Math.round((Date.now() - at) / 1000);
    const age = seconds < 60 ? `${seconds} s` : seconds < 3600 ? `${Math.floor(seconds / 60)} min` : `${Math.floor(seconds / 3600)} h`;
    this.shown.textContent = name === SAVED && seconds > 1 ? fill(this.words.saved_ago, { time: age }) : this.words[name];
    if (name !== UNSAVED && this.said.textContent !== this.words[name]) this.said.textContent = this.words[name];
    this.box.dataset.saveState = name;
    this.signedOut.hidden = name !== "signed_out";
  }
}

// The copy in this browser, under the address of the draft.
class KeptHere {
  constructor(form) {
    this.form = form;
    this.key = `draft:${form.dataset.draftUrl}`;
  }

  fields() {
    return [...new FormData(this.form)].filter(([name, value]) => name !== "csrf_token" && typeof value === "string");
  }

  write(more = {}) {
    const copy = { fields: this.fields(), version: this.form.dataset.version, at: Date.now(), ...more };
    try {
      localStorage.setItem(this.key, JSON.stringify(copy));
    } catch {
      // The browser keeps nothing: the server's draft is then the only copy.
    }
  }

  read() {
    try {
      return JSON.parse(localStorage.getItem(this.key));
    } catch {
      return null;
    }
  }

  drop() {
    try {
      localStorage.removeItem(this.key);
    } catch {
      // As above.
    }
  }

  // Words that never reached the server are offered again; once saved under a newer version, or already on the page,
  // they are no news.
  offer() {
    const copy = this.read();
    if (!copy) return;
    const isSaved = copy.submitted && copy.version !== this.form.dataset.version;
    if (isSaved || JSON.stringify(copy.fields) === JSON.stringify(this.fields())) {
      this.drop();
      return;
    }
    const box = this.form.querySelector("[data-kept]");
    const at = box.querySelector("[data-kept-at]");
    at.dateTime = new Date(copy.at).toISOString();
    at.textContent = new Date(copy.at).toLocaleString(document.documentElement.lang === "fr" ? "fr-FR" : "en-GB", { dateStyle: "medium", timeStyle: "short" });
    box.hidden = false;
    box.querySelector("[data-kept-drop]").addEventListener("click", () => {
      this.drop();
      box.hidden = true;
    });
    box.querySelector("[data-kept-restore]").addEventListener("click", () => this.restore(copy));
  }

  async restore(copy) {
    const token = this.form.elements.csrf_token.value;
    const fields = new URLSearchParams([...copy.fields, ["csrf_token", token]]);
    const headers = { "X-CSRFToken": token };
    const answer = await fetch(this.form.dataset.draftUrl, { method: "POST", body: fields, headers, redirect: "manual" }).catch(() => null);
    if (!answer?.ok) return;
    this.drop();
    location.reload();
  }
}
