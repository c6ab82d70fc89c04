// Adds a button that prints, in place of the sentence that says how to print without this script.

"use strict";

const hint = document.getElementById("print-hint");
const button = document.createElement("button");
button.type = "button";
button.className = "second";
button.textContent = hint.dataset.button ?? "Imprimer les étiquettes";
button.addEventListener("click", () => print());
hint.replaceWith(button);
