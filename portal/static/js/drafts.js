/**
 * Keeps what is typed into `form[data-draft]` in this browser until it is saved, so that a lost connection or a closed
 * tab loses nothing. Fields marked `data-private` (numbers, passwords, files) are never kept. A draft is offered back,
 * never filled in silently. It is forgotten once the server has answered that the record was saved, and when its owner
 * signs out.
 */
const ALL = "draft:";
// On a computer that several people use, nobody is offered what somebody else typed.
const PREFIX = `${ALL}${document.querySelector("meta[name='draft-owner']")?.content ?? ""}:`;
const DAYS = 7;

export function keepDrafts(root) {
  forgetOld();
  for (const done of root.querySelectorAll("[data-draft-saved]")) localStorage.removeItem(PREFIX + done.dataset.draftSaved);
  for (const form of root.querySelectorAll("form[data-draft]")) watch(form);
  for (const form of root.querySelectorAll("form[data-forgets-drafts]")) form.addEventListener("submit", forgetOwn);
}

function watch(form) {
  const key = PREFIX + form.dataset.draft;
  const kept = read(key);
  if (kept && !form.querySelector("[data-focus]")) offer(form, key, kept);
  let timer;
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => localStorage.setItem(key, JSON.stringify({ at: Date.now(), values: values(form) })), 400);
  });
  window.addEventListener("offline", () => tell(form, form.dataset.offline));
  window.addEventListener("online", () => tell(form, ""));
}

function values(form) {
  const found = {};
  for (const field of form.elements) {
    if (!field.name || ["hidden", "password", "file", "submit"].includes(field.type) || "private" in field.dataset) continue;
    if (["checkbox", "radio"].includes(field.type)) { if (field.checked) (found[field.name] ??= []).push(field.value); }
    else if (field.value) (found[field.name] ??= []).push(field.value);
  }
  return found;
}

function fill(form, kept) {
  for (const field of form.elements) {
    const told = kept[field.name];
    if (!told || ["hidden", "password", "file", "submit"].includes(field.type)) continue;
    if (["checkbox", "radio"].includes(field.type)) field.checked = told.includes(field.value);
    else field.value = told[0];
    field.dispatchEvent(new Event("change", { bubbles: true }));
  }
}

function offer(form, key, kept) {
  const same = JSON.stringify(kept.values) === JSON.stringify(values(form));
  const box = form.querySelector("[data-draft-offer]");
  if (same || !box) return;
  box.hidden = false;
  box.querySelector("[data-draft-use]").addEventListener("click", () => { fill(form, kept.values); box.hidden = true; });
  box.querySelector("[data-draft-drop]").addEventListener("click", () => { localStorage.removeItem(key); box.hidden = true; });
}

function tell(form, text) {
  const line = form.querySelector("[data-draft-status]");
  if (line) line.textContent = text ?? "";
}

function read(key) {
  try { return JSON.parse(localStorage.getItem(key)); } catch { return null; }
}

function forgetOld() {
  for (const key of Object.keys(localStorage).filter((name) => name.startsWith(ALL))) {
    const kept = read(key);
    if (!kept || Date.now() - kept.at > DAYS * 86_400_000) localStorage.removeItem(key);
  }
}

function forgetOwn() {
  for (const key of Object.keys(localStorage).filter((name) => name.startsWith(PREFIX))) localStorage.removeItem(key);
}
