/** What makes staff pages quicker to use; every page works whole without it. */
import { enhanceCombos } from "./combo.js";
import { keepDrafts } from "./drafts.js";

/** The focus moves to the summary of what is wrong, so that a screen reader begins there. */
function focusSummary() {
  document.querySelector("[data-focus]")?.focus();
}

/** “/” goes to the search box, unless somebody is typing. */
function shortcuts(event) {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, select, textarea, [contenteditable]")) return;
  const box = document.querySelector("[data-shortcut='/']");
  if (!box) return;
  event.preventDefault();
  box.focus();
  box.select();
}

/** A tick box that ticks all others of its table. */
function tickAll(event) {
  const all = event.target.closest("[data-tick-all]");
  if (!all) return;
  for (const box of document.querySelectorAll(`input[name="${all.dataset.tickAll}"]`)) box.checked = all.checked;
}

/** A button is pressed once: a second click would only be refused. */
function pressOnce(event) {
  const form = event.target;
  if (form.method !== "post" || form.dataset.sent) {
    if (form.dataset.sent) event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  setTimeout(() => delete form.dataset.sent, 8000);
}

/** Requests of htmx carry the token that forms carry as a field. */
function addToken(event) {
  const token = document.querySelector("meta[name='csrf-token']")?.content;
  const headers = event.detail?.ctx?.request?.headers ?? event.detail?.headers;
  if (token && headers) headers["X-CSRF-Token"] = token;
}

for (const offer of document.querySelectorAll("[data-tick-offer]")) offer.hidden = false;
document.addEventListener("keydown", shortcuts);
document.addEventListener("change", tickAll);
document.addEventListener("submit", pressOnce);
document.addEventListener("htmx:config:request", addToken);
document.addEventListener("htmx:configRequest", addToken);
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
for (const field of document.querySelectorAll("[data-submit-on-change]")) {
  field.addEventListener("change", () => field.form.requestSubmit());
}
focusSummary();
enhanceCombos(document);
keepDrafts(document);
document.addEventListener("htmx:after:swap", (event) => enhanceCombos(event.target ?? document));
