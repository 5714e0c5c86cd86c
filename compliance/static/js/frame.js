// The frame: menus close by themselves, `/` and Ctrl-K go to the search, the theme changes at once.

export function watchMenus() {
  const open = () => document.querySelectorAll("details[data-menu][open]");
  document.addEventListener("click", (event) => {
    for (const menu of open()) if (!menu.contains(event.target)) menu.open = false;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of open()) {
      menu.open = false;
      if (menu.contains(document.activeElement)) menu.querySelector("summary").focus();
    }
  });
}

// A link to a page that asks becomes a dialog that asks.
export function watchDialogs() {
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-dialog]");
    const dialog = link && document.getElementById(link.dataset.dialog);
    if (dialog) {
      event.preventDefault();
      dialog.showModal();
    } else if (event.target.closest("[data-close]")) {
      event.preventDefault();
      event.target.closest("dialog")?.close();
    }
  });
}

export function isTyping(target) {
  return target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
}

export function watchSearch() {
  const field = document.getElementById("search");
  if (!field) return;
  document.addEventListener("keydown", (event) => {
    const slash = event.key === "/" && !event.ctrlKey && !event.metaKey && !event.altKey && !isTyping(event.target);
    const command = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k";
    if (!slash && !command) return;
    event.preventDefault();
    field.focus();
    field.select();
  });
}

// Shown at once, then told to the server; if the server cannot be told, the form is sent as it would be without scripts.
export function watchTheme() {
  document.addEventListener("submit", (event) => {
    const form = event.target.closest("[data-theme-form]");
    const theme = form && event.submitter?.value;
    if (!theme) return;
    event.preventDefault();
    const answers = new FormData(form, event.submitter);
    fetch(form.action, { method: "POST", body: answers, redirect: "manual" })
      .then((answer) => {
        if (answer.type !== "opaqueredirect" && !answer.ok) throw new Error(String(answer.status));
        if (theme === "auto") delete document.documentElement.dataset.theme;
        else document.documentElement.dataset.theme = theme;
        for (const choice of document.querySelectorAll("[data-theme-form] [name=theme]")) {
          choice.setAttribute("aria-pressed", String(choice.value === theme));
        }
        for (const use of document.querySelectorAll("summary.tool use[href*='#theme-']")) {
          use.setAttribute("href", use.getAttribute("href").replace(/#.*/, `#theme-${theme}`));
        }
      })
      .catch(() => HTMLFormElement.prototype.submit.call(addChoice(form, theme)));
  });
}

function addChoice(form, theme) {
  const choice = Object.assign(document.createElement("input"), { type: "hidden", name: "theme", value: theme });
  form.append(choice);
  return form;
}
