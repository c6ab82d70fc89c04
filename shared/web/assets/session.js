// Says that the session ends soon because nobody does anything, while there is time to go on; a click is a use of it.

"use strict";

const soon = document.getElementById("ends-soon");

soon.querySelector("button").addEventListener("click", stay);
wait();

function wait() {
  soon.hidden = true;
  setTimeout(say, 60_000 * soon.dataset.minutes);
}

function say() {
  // What appears in an alert is read aloud.
  soon.role = "alert";
  soon.hidden = false;
}

async function stay() {
  const answer = await fetch("/account").catch(() => undefined);
  // It has ended, or the line is down: the page says which.
  if (!answer?.ok || answer.redirected) return location.reload();
  wait();
}
