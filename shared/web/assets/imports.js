// Adds to the page of an import: a progress bar for the upload, and the result without a click. Without this script the
// form goes straight to the bucket, which sends the browser back.

"use strict";

const part = (id) => document.getElementById(id);
const page = part("import");
const form = part("upload");
const asJson = { headers: { accept: "application/json" } };

if (form) {
  form.addEventListener("submit", upload);
  form.elements.file.addEventListener("change", look);
  part("drop-hint").hidden = false;
  // Anywhere on the page; a browser would open the file instead.
  addEventListener("dragover", (event) => event.preventDefault());
  addEventListener("drop", drop);
}
if (page.dataset.inProgress === "true") follow();
// Whoever goes back sees where the import is, not where it was.
addEventListener("pageshow", ({ persisted }) => { if (persisted) location.reload(); });

function drop(event) {
  event.preventDefault();
  if (event.dataTransfer.files.length === 0) return;
  form.elements.file.files = event.dataTransfer.files;
  look();
}

/** Says at once what the bucket, or the worker, would say of the file later; whether it may go. */
function look() {
  const file = form.elements.file.files[0];
  const max = Number(form.dataset.maxBytes);
  // Whoever closes the choice of a file has chosen none.
  const wrong = !file ? ""
    : !/\.(xml|zip|csv)$/i.test(file.name) ? "Ce fichier n’est ni un XML, ni un zip, ni un CSV. Choisissez celui de SIECLE ou de Fregata."
    : file.size > max ? `Ce fichier est trop volumineux (${Math.floor(max / 1048576)}\u00a0Mo au plus). Vérifiez que c’est bien l’export des élèves.`
    : file.size === 0 ? "Ce fichier est vide. Merci de refaire l’export."
    : "";
  fail(wrong);
  return Boolean(file) && wrong === "";
}

/** Sends the file with the fields meant for programs: the bucket then answers instead of redirecting. */
async function upload(event) {
  event.preventDefault();
  if (!look()) return;
  const file = form.elements.file.files[0];
  const button = form.querySelector("button");
  button.disabled = true;
  try {
    const answer = await fetch(page.dataset.location, asJson);
    const { upload } = await answer.json();
    if (!upload) {
      location.reload();
      return;
    }
    const fields = new FormData();
    for (const { name, value } of upload.fields) fields.append(name, value);
    fields.append("file", file);
    await send(upload.url, fields);
    location.assign(`${page.dataset.location}?sent=1`);
  } catch {
    button.disabled = false;
    part("upload-progress").hidden = true;
    fail("Le fichier n’a pas pu être envoyé. Vérifiez votre connexion, puis réessayez. Rien n’a été changé.");
  }
}

/** Posts with progress, which fetch cannot tell. */
function send(url, fields) {
  const bar = part("bar");
  part("upload-progress").hidden = false;
  return new Promise((done, failed) => {
    const request = new XMLHttpRequest();
    request.upload.addEventListener("progress", ({ loaded, total }) => { bar.value = (100 * loaded) / total; });
    request.addEventListener("load", () => (request.status === 201 ? done() : failed(new Error(request.status))));
    request.addEventListener("error", () => failed(new Error("network")));
    request.open("POST", url);
    request.send(fields);
  });
}

function fail(text) {
  const error = part("upload-error");
  error.textContent = text;
  error.hidden = text === "";
}

/** Asks until the import is settled; each question waits for its answer, but where there is progress to show. */
async function follow() {
  const bar = part("written");
  for (;;) {
    try {
      const answer = await fetch(`${page.dataset.location}?sent=1${bar ? "" : "&wait=20"}`, asJson);
      if ([401, 403, 404].includes(answer.status)) {
        // Signed out, or no longer a member: the page says so.
        location.replace(page.dataset.location);
        return;
      }
      if (answer.ok) {
        const { state, progress } = await answer.json();
        if (!["awaiting_upload", "analysing", "applying"].includes(state)) {
          location.replace(page.dataset.location);
          return;
        }
        if (progress && !bar) {
          location.replace(`${page.dataset.location}?sent=1`);
          return;
        }
        if (progress) bar.value = progress.written;
      }
    } catch {
      // The line is down, or the page is left: try again.
    }
    await new Promise((done) => setTimeout(done, 1000));
  }
}
