/** Files on their way into a message: picked, pasted, dropped, and how they show while they go up. */
import { html, nothing } from "lit";
import { t } from "../lib/i18n.js";
import { icon, iconButton } from "./icon.js";

/** The files that are going up for the conversation in the box. */
export function fileList(app, box) {
  const { files } = box;
  if (files.length === 0) return nothing;
  return html`<ul class="files" aria-label=${t("Files on their way")}>
    ${files.map((upload) => fileItem(box, upload))}
    ${box.waiting ? html`<li class="files-note" role="status">${t("Sends as soon as the files are there.")}</li>` : nothing}
  </ul>`;
}

function fileItem(box, upload) {
  const failed = upload.status === "failed";
  return html`<li class="file ${failed ? "file-failed" : ""}">
    ${icon(failed ? "circle-alert" : upload.file.type.startsWith("image/") ? "image" : "file")}
    <span class="file-name cut" dir="auto" title=${upload.name}>${upload.name}</span>
    ${
      failed
        ? html`<span class="file-words">${upload.error}</span>
          ${upload.file.size > 0 ? html`<button type="button" class="text-button" @click=${() => box.uploads.retry(upload)}>${t("Try again")}</button>` : nothing}`
        : html`<progress max="1" .value=${upload.part} aria-label=${upload.name}></progress>`
    }
    ${iconButton("x", failed ? t("Leave out") : t("Stop"), () => box.uploads.remove(upload))}
  </li>`;
}

/** Asks for files. */
export function pick(box) {
  const input = document.createElement("input");
  input.type = "file";
  input.multiple = true;
  input.className = "unseen";
  input.addEventListener("change", () => {
    box.attach([...input.files]);
    input.remove();
  });
  input.addEventListener("cancel", () => input.remove());
  document.body.append(input);
  input.click();
}

/** A paste: files go up. Text that comes with a picture of itself, as from a spreadsheet, stays text. */
export function pasted(box, event) {
  const files = [...(event.clipboardData?.files ?? [])];
  if (files.length === 0 || event.clipboardData.types.includes("text/plain")) return;
  event.preventDefault();
  box.attach(files.map(named));
}

// Pictures from the clipboard all have the same name.
function named(file) {
  if (!/^image\.\w+$/.test(file.name)) return file;
  const moment = new Date(file.lastModified).toISOString().slice(0, 19).replace(/[T:]/g, "-");
  return new File([file], file.name.replace("image", `picture-${moment}`), { type: file.type });
}

/** Dropping files anywhere on the page attaches them. */
export function listenToFiles(app, target) {
  const carries = (event) => app.ready && event.dataTransfer?.types.includes("Files");
  const show = (on) => target.body.classList.toggle("dropping", on);
  target.addEventListener("dragover", (event) => {
    if (!carries(event)) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "copy";
    show(true);
  });
  target.addEventListener("dragleave", (event) => event.relatedTarget === null && show(false));
  target.addEventListener("drop", (event) => {
    if (!carries(event)) return;
    event.preventDefault();
    show(false);
    if (!app.view.dialog) app.compose.attach([...event.dataTransfer.files]);
  });
}
