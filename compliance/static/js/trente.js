// What every page needs, in the order people notice it. Pages work without any of it.
import { watchMenus, watchDialogs, watchSearch, watchTheme } from "./frame.js";

document.documentElement.dataset.scripts = "on";
watchMenus();
watchDialogs();
watchSearch();
watchTheme();
const more = [];
if (document.querySelector("[data-ledger]")) more.push(import("./ledger.js").then((ledger) => ledger.watch()));
if (document.querySelector("[data-ago]")) more.push(import("./ago.js").then((ago) => ago.watch()));
if (document.querySelector("form[data-form]")) more.push(import("./forms.js"));
await Promise.all(more);
document.documentElement.dataset.scripts = "on ready";
