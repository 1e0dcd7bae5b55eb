/** The progress of a job: asked for again and again, and the page loaded anew when the job has ended. */
const PAUSE = 1500;

async function ask(card) {
  const answer = await fetch(card.dataset.job, { headers: { Accept: "application/json" } });
  if (!answer.ok) return true;
  const told = await answer.json();
  const bar = card.querySelector("progress");
  const text = card.querySelector("[data-job-text]");
  if (told.total) {
    bar.max = told.total;
    bar.value = Math.min(told.done, told.total);
  }
  const number = (value) => value.toLocaleString(document.documentElement.lang);
  const words = told.state === "waiting" ? bar.dataset.waiting : told.total ? bar.dataset.of : bar.dataset.alone;
  const said = words.replace("{done}", number(told.done)).replace("{total}", number(told.total ?? 0));
  if (text.textContent.trim() !== said) text.textContent = said;
  return told.ended;
}

async function follow(card) {
  let ended = false;
  while (!ended) {
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
    try {
      ended = await ask(card);
    } catch {
      // The connection is away for a moment; the job goes on without us.
    }
  }
  window.location.reload();
}

for (const card of document.querySelectorAll("[data-job]")) if (card.dataset.job) follow(card);
