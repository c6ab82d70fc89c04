// Adds to pages that show how far something is: what stands in #live is shown anew every few seconds, as the same address tells it, while
// somebody looks and has no focus there. What is as it was stays, or what is being selected or read aloud would begin again. Nothing else of
// the page changes, and nothing is sent.

"use strict";

let live = document.getElementById("live");
// Each look is a use of the session: a page that nobody touches must not keep it open.
const end = Date.now() + 30 * 60_000;

follow();

async function follow() {
  while (live?.dataset.every && Date.now() < end) {
    await new Promise((done) => setTimeout(done, 1000 * live.dataset.every));
    if (document.hidden) continue;
    try {
      const answer = await fetch(location.href, { headers: { accept: "text/html" } });
      // Something of ours is out of order, or asked for too often: try again.
      if (answer.status === 429 || answer.status >= 500) continue;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const next = page.getElementById("live");
      // It is over, or somebody signed out: the whole page says so.
      if (!next?.dataset.every || answer.redirected) return location.reload();
      if (live.contains(document.activeElement) || live.isEqualNode(next)) continue;
      live.replaceWith(next);
      live = next;
    } catch {
      // The line is down, or the page is left: try again.
    }
  }
}
