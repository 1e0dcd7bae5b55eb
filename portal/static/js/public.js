/** What makes public pages handier; every page works whole without it, and nothing is asked of the browser unasked. */

/** Buttons that print, or copy the address of the page. */
function offerSharing() {
  for (const button of document.querySelectorAll("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }
  if (!navigator.clipboard) return;
  for (const button of document.querySelectorAll("[data-copy]")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(button.dataset.copy);
      button.parentElement.querySelector("[data-copied]").textContent = button.dataset.done;
    });
  }
}

/** On a narrow screen the filters of a list are folded, or they would hide the list. */
function foldFilters() {
  if (!window.matchMedia("(max-width: 60rem)").matches) return;
  for (const group of document.querySelectorAll(".narrow-group")) {
    if (!group.querySelector("[aria-current]")) group.open = false;
  }
}

/** The focus moves to the summary of what is wrong, so that a screen reader begins there. */
function focusSummary() {
  document.querySelector("[data-focus]")?.focus();
}

offerSharing();
foldFilters();
focusSummary();
if (document.querySelector("[data-near], [data-sort-by-distance]")) import("./near.js").then((near) => near.offer());
