// Shows the controls that do nothing without a script: print, copy, tick all, show a password. Where one of them is told in words
// instead, the words go. And lets people reload the answer to a form, and click twice.

"use strict";

for (const button of document.querySelectorAll("[data-print], [data-copy], [data-tick]")) {
  // Browsers copy for pages of a secure address alone.
  button.hidden = Boolean(button.dataset.copy) && !navigator.clipboard;
  button.addEventListener("click", () => act(button));
}
for (const box of document.querySelectorAll("[data-show]")) {
  box.parentElement.hidden = false;
  box.addEventListener("change", () => {
    document.getElementById(box.dataset.show).type = box.checked ? "text" : "password";
  });
}
document.getElementById("print-hint")?.remove();

// A form with errors stands at the address that it was sent to. From now on it is a page like others: whoever reloads it, or goes back to
// it, is not asked to send it again. Where something is shown once, the browser had better ask.
if (!document.querySelector("[data-once]")) history.replaceState(history.state, "");

// A form that was just sent is not sent again by a second click on the same button.
let sent;
addEventListener("submit", (event) => {
  if (event.defaultPrevented || event.target.method !== "post") return;
  if (sent === event.submitter) event.preventDefault();
  sent = event.submitter;
  setTimeout(() => { sent = undefined; }, 9_000);
});
addEventListener("pageshow", () => { sent = undefined; });

async function act(button) {
  const { copy, tick, more, less } = button.dataset;
  if (copy) {
    await navigator.clipboard.writeText(copy);
    button.textContent = "Copié";
  } else if (tick) {
    // It does what it says, whatever was ticked by hand meanwhile.
    const ticks = button.textContent !== less;
    for (const box of document.querySelectorAll(tick)) box.checked = ticks;
    button.textContent = ticks ? less : more;
  } else {
    print();
  }
}
