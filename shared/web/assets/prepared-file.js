// Adds to the page of a file that is being made: how much of it is, and the file without a click.

"use strict";

const page = document.getElementById("prepared-file");

follow();

/** Asks until the file is ready or has failed; every half second, for there is progress to show. */
async function follow() {
  const bar = document.getElementById("made");
  const pause = (seconds) => new Promise((done) => setTimeout(done, 1000 * seconds));
  for (;;) {
    try {
      const answer = await fetch(page.dataset.location, { headers: { accept: "application/json" } });
      if ([401, 403, 404].includes(answer.status)) {
        // Signed out, or no administrator any more: the page says so.
        location.replace(page.dataset.location);
        return;
      }
      if (answer.ok) {
        const { state, pages, made } = await answer.json();
        if (!["asked", "making"].includes(state) || (pages > 0 && !bar)) {
          location.replace(page.dataset.location);
          return;
        }
        if (bar) {
          bar.value = made;
          bar.labels[0].textContent = `${made.toLocaleString("fr")} sur ${pages.toLocaleString("fr")} certificats`;
        }
      }
    } catch {
      // The line is down, or the page is left: try again.
    }
    await pause(0.5);
  }
}
