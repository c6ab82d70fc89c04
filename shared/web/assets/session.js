// Says that the session ends soon because nobody does anything, while there is time to go on; a click is a use of it.

"use strict";

const soon = document.getElementById("ends-soon");
let used;

note();
setInterval(look, 5_000);
soon.lastElementChild.onclick = stay;

function note() {
  used = Date.now();
  soon.hidden = true;
}

function look() {
  if (Date.now() - used < 60_000 * soon.dataset.minutes) return;
  // What appears in an alert is read aloud.
  soon.role = "alert";
  soon.hidden = false;
}

async function stay() {
  const answer = await fetch("/account").catch(() => {});
  // The line is down: what was typed stays, and the button.
  if (!answer) return;
  if (answer.status === 401) return location.reload();
  note();
  document.getElementById("main").focus({ preventScroll: true });
}
