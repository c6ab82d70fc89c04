// Adds to pages that show how far something is: what stands in #live is shown anew every few seconds, as the same address tells it, while
// somebody looks and nobody types there. Nothing else of the page changes, and nothing is sent.

"use strict";

let live = document.getElementById("live");

follow();

async function follow() {
  while (live?.dataset.every) {
    await new Promise((done) => setTimeout(done, 1000 * live.dataset.every));
    if (document.hidden || live.contains(document.activeElement)) continue;
    try {
      const answer = await fetch(location.href, { headers: { accept: "text/html" } });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const next = page.getElementById("live");
      // It is over, or somebody signed out: the whole page says so.
      if (!next?.dataset.every || answer.redirected) return location.reload();
      live.replaceWith(next);
      live = next;
    } catch {
      // The line is down, or the page is left: try again.
    }
  }
}
