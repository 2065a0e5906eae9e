/** A picture of the feed, large: the others beside it are one key away. */
import { html, nothing } from "lit";
import { t } from "../lib/i18n.js";
import { icon, iconButton } from "./icon.js";

const PICTURES = "#feed .message_inline_image a";

/** The pictures on the page, in their order. */
function pictures() {
  return [...document.querySelectorAll(PICTURES)].filter(isPicture);
}

/** Whether a click on `anchor` opens it here; the still of a film leads to the film. */
export function isPicture(anchor) {
  return anchor.querySelector("img") !== null && !anchor.hasAttribute("data-id");
}

export class Lightbox {
  constructor(app, anchor) {
    this.app = app;
    this.take(anchor);
  }

  take(anchor) {
    const href = anchor.getAttribute("href");
    const image = anchor.querySelector("img");
    this.anchor = anchor;
    this.href = href;
    // Pictures of other sites come through our own server, whose address the small one has.
    this.own = href.startsWith("/user_uploads/");
    this.source = this.own ? href : image.getAttribute("src");
    this.title = anchor.title || decodeURIComponent(href.split("/").at(-1) ?? "");
    const row = anchor.closest(".row");
    this.by = row?.getAttribute("aria-label") ?? "";
  }

  step(steps) {
    const all = pictures();
    const at = all.indexOf(this.anchor);
    const next = all[at + steps];
    if (at === -1 || !next) return;
    this.take(next);
    this.app.panes.overlay.invalidate();
  }

  key(event) {
    const steps = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (steps === undefined) return;
    event.preventDefault();
    this.step(document.dir === "rtl" ? -steps : steps);
  }

  template() {
    const all = pictures();
    const at = all.indexOf(this.anchor);
    return html`<div class="lightbox" @keydown=${(event) => this.key(event)}>
      <div class="lightbox-head">
        <span class="lightbox-title cut" dir="auto">${this.title}</span>
        <span class="lightbox-by cut" dir="auto">${this.by}</span>
        ${all.length > 1 ? html`<span class="lightbox-count">${at + 1} / ${all.length}</span>` : nothing}
        ${iconButton("chevron-left", t("Previous picture"), () => this.step(-1), { disabled: at <= 0, shortcut: "←" })}
        ${iconButton("chevron-right", t("Next picture"), () => this.step(1), { disabled: at === -1 || at >= all.length - 1, shortcut: "→" })}
        ${
          this.own
            ? html`<a class="icon-button" href=${this.href.replace("/user_uploads/", "/user_uploads/download/")} download title=${t("Download")} aria-label=${t("Download")}>${icon("download")}</a>`
            : html`<a class="icon-button" href=${this.href} target="_blank" rel="noopener noreferrer" title=${t("Open where it is from")} aria-label=${t("Open where it is from")}>${icon("link")}</a>`
        }
        <button type="button" class="icon-button" data-focus aria-label=${t("Close")} title=${t("Close")} @click=${() => this.app.view.closeDialog()}>${icon("x")}</button>
      </div>
      <div class="lightbox-frame" @click=${(event) => event.target === event.currentTarget && this.app.view.closeDialog()}>
        <img class="lightbox-picture" src=${this.source} alt=${this.title} />
      </div>
    </div>`;
  }
}
