/** What lies over the page: one dialog, one menu, and short notices. */
import { html, nothing } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { t } from "../lib/i18n.js";
import { help } from "./help.js";
import { icon, iconButton } from "./icon.js";
import { menuItems } from "./menus.js";

export function overlay(app) {
  const { dialog, menu, notices } = app.view;
  return html`
    ${dialog ? dialogFrame(app, dialog) : nothing} ${menu ? menuFrame(app, menu) : nothing}
    <div class="notices" role="status" aria-live="polite">
      ${repeat(
        notices,
        (notice) => notice.id,
        (notice) => html`<div class="notice">
          <span dir="auto">${notice.words}</span>
          ${
            notice.action
              ? html`<button
                type="button"
                class="text-button"
                @click=${() => {
                  app.view.dismiss(notice);
                  notice.action.run();
                }}
              >${notice.action.label}</button>`
              : nothing
          }
          ${iconButton("x", t("Dismiss"), () => app.view.dismiss(notice))}
        </div>`,
      )}
    </div>
  `;
}

function dialogFrame(app, dialog) {
  const close = () => app.view.closeDialog();
  return html`<div class="veil" @mousedown=${(event) => event.target === event.currentTarget && close()}>
    <div class="dialog dialog-${dialog.kind}" role="dialog" aria-modal="true" aria-label=${dialog.label} tabindex="-1">
      ${dialog.kind === "switcher" ? app.switcher.template() : nothing} ${dialog.kind === "help" ? help(close) : nothing}
      ${dialog.kind === "confirm" ? confirm(app, dialog) : nothing} ${dialog.part ? dialog.part.template() : nothing}
    </div>
  </div>`;
}

function confirm(app, dialog) {
  return html`<div class="confirm">
    <h2>${dialog.label}</h2>
    <p>${dialog.words}</p>
    <div class="card-actions">
      <button
        type="button"
        class="button ${dialog.danger ? "button-danger" : "button-main"}"
        data-focus
        @click=${() => {
          app.view.closeDialog();
          dialog.run();
        }}
      >${dialog.action}</button>
      <button type="button" class="button" @click=${() => app.view.closeDialog()}>${t("Cancel")}</button>
    </div>
  </div>`;
}

function menuFrame(app, menu) {
  const close = () => app.view.closeMenu();
  return html`<div class="menu-veil" @mousedown=${(event) => event.target === event.currentTarget && close()}>
    <div class="menu menu-${menu.kind}" role=${menu.kind === "emoji" ? "dialog" : "menu"} aria-label=${menu.label} tabindex="-1">
      ${menu.kind === "emoji" ? app.picker.template(menu) : menuItems(app, menu).map((item) => menuItem(item, close))}
    </div>
  </div>`;
}

function menuItem(item, close) {
  if (item.separator) return html`<div class="menu-separator" role="separator"></div>`;
  if (item.note) return html`<div class="menu-note">${item.note}</div>`;
  return html`<button
    type="button"
    role=${item.checked === undefined ? "menuitem" : item.box ? "menuitemcheckbox" : "menuitemradio"}
    class="menu-item ${item.danger ? "menu-danger" : ""}"
    aria-checked=${item.checked === undefined ? nothing : String(item.checked)}
    @click=${() => {
      if (!item.stays) close();
      item.run();
    }}
  >${icon(item.icon)}<span>${item.label}</span>${item.checked ? icon("check", "menu-check") : nothing}</button>`;
}

/** Puts the open menu beside what opened it, inside the window. */
export function placeMenu(element, menu) {
  const frame = element.querySelector(".menu");
  if (!frame || !menu?.anchor) return;
  const anchor = menu.anchor.isConnected ? menu.anchor.getBoundingClientRect() : menu.rect;
  menu.rect = anchor;
  const [width, height] = [frame.offsetWidth, frame.offsetHeight];
  const below = anchor.bottom + 4 + height <= window.innerHeight - 8;
  const top = below ? anchor.bottom + 4 : Math.max(8, anchor.top - height - 4);
  const left = menu.end ? anchor.right - width : anchor.left;
  frame.style.top = `${Math.round(top)}px`;
  frame.style.left = `${Math.round(Math.max(8, Math.min(window.innerWidth - width - 8, left)))}px`;
}
