// Puts the code that stands after the # of the address into the form, and takes it out of the address and the history. Nothing is sent
// before the button is clicked: whatever opens an address by itself uses no code up.

"use strict";

function fillIn() {
  const code = location.hash.slice(1);
  if (code !== "") {
    document.getElementById("code-code").value = code;
    history.replaceState(null, "", location.pathname);
  }
}

fillIn();
// Another code that is opened while the page stands there.
addEventListener("hashchange", fillIn);
