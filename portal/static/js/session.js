/**
 * Says before a session ends that it will, and keeps it alive if somebody is there. When it has ended, nothing on the
 * page is lost: signing in again in another tab is enough, for the forms of this page then get the new token.
 */
const box = document.querySelector("[data-session]");
const WARN_SECONDS = 150;
const CHECK_MS = 20_000;

let ends = box ? Date.now() + Number(box.dataset.session) * 1000 : Infinity;
let gone = false;

function show(what) {
  for (const part of box.querySelectorAll("[data-session-part]")) part.hidden = part.dataset.sessionPart !== what;
  const was = box.hidden;
  box.hidden = !what;
  if (was && what) box.querySelector(`[data-session-part="${what}"] button, [data-session-part="${what}"] a`)?.focus();
}

/** Other tabs may have gone on meanwhile; asking quietly does not keep the session alive. */
async function ask() {
  const answer = await fetch(box.dataset.sessionState, { headers: { "X-Quiet": "1" } });
  if (!answer.ok) return;
  const told = await answer.json();
  gone = !told.signed_in || told.account !== box.dataset.account;
  if (gone) return;
  ends = Date.now() + told.seconds * 1000;
  renewTokens(told.token);
}

function renewTokens(token) {
  document.querySelector("meta[name='csrf-token']")?.setAttribute("content", token);
  for (const field of document.querySelectorAll("input[name='csrf_token']")) field.value = token;
}

async function stay() {
  const token = document.querySelector("meta[name='csrf-token']")?.content;
  const answer = await fetch(box.dataset.sessionState, { method: "POST", headers: { "X-CSRF-Token": token } });
  if (answer.ok) ends = Date.now() + (await answer.json()).seconds * 1000;
  await look();
}

async function look() {
  const left = (ends - Date.now()) / 1000;
  if (gone || left < WARN_SECONDS) {
    try { await ask(); } catch { return; }
  }
  const now = (ends - Date.now()) / 1000;
  show(gone || now <= 0 ? "ended" : now < WARN_SECONDS ? "ending" : "");
}

if (box) {
  box.querySelector("[data-session-stay]")?.addEventListener("click", stay);
  document.addEventListener("htmx:responseError", (event) => { if (event.detail?.xhr?.status === 401) { gone = true; look(); } });
  document.addEventListener("htmx:response:error", (event) => { if (event.detail?.ctx?.response?.status === 401) { gone = true; look(); } });
  document.addEventListener("visibilitychange", () => { if (!document.hidden) look(); });
  setInterval(look, CHECK_MS);
}
