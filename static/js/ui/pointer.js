/** What mouse and finger do outside of the templates: copying code, following mentions, putting previews
 *  away, the long press on a
 *  message. */

import { t } from "../lib/i18n.js";
import { isPicture } from "./lightbox.js";

const LONG_PRESS_MS = 450;
const STILL_PX = 10;

export function listenToPointer(app, target) {
  target.addEventListener("click", (event) => {
    const copy = event.target.closest?.(".code-copy");
    if (copy) app.copy(copy.closest(".codehilite").querySelector("pre").textContent, t("The code is copied."));
    const mention = event.target.closest?.(".rendered .user-mention[data-user-id]");
    if (mention) openMention(app, mention);
    const picture = event.target.closest?.(".message_inline_image a");
    if (picture && isPicture(picture) && !(event.ctrlKey || event.metaKey || event.shiftKey)) {
      event.preventDefault();
      app.openPicture(picture);
    }
    const dismissal = event.target.closest?.(".preview-dismiss");
    if (dismissal) hidePreview(app, dismissal);
  });
  target.addEventListener("keydown", (event) => {
    const mention = event.target.closest?.(".rendered .user-mention[data-user-id]");
    if (mention && event.key === "Enter") openMention(app, mention);
  });
  listenToLongPress(app, target);
}

function hidePreview(app, button) {
  const message = app.feed?.messageOfRow(button.closest(".row"));
  if (!message) return;
  const { address } = button.dataset;
  app.model.hidden_previews.hide(message, address);
  app.view.notify(t("The preview is hidden for you."), {
    label: t("Undo"),
    run: () => app.model.hidden_previews.show(message, address),
  });
}

function openMention(app, mention) {
  const id = Number(mention.getAttribute("data-user-id"));
  if (id) app.openPersonMenu(id, mention);
}

function listenToLongPress(app, target) {
  let press;
  const end = () => {
    clearTimeout(press?.timer);
    press = undefined;
  };
  target.addEventListener(
    "touchstart",
    (event) => {
      end();
      const row = event.target.closest?.(".row");
      if (!row || event.touches.length !== 1 || event.target.closest("a, button")) return;
      const { clientX, clientY } = event.touches[0];
      const timer = setTimeout(() => {
        const message = app.feed?.messageOfRow(row);
        if (message?.status !== "sent") return;
        press.opened = true;
        app.openMessageMenu(message, row.querySelector(".rendered") ?? row);
      }, LONG_PRESS_MS);
      press = { timer, clientX, clientY };
    },
    { passive: true },
  );
  target.addEventListener(
    "touchmove",
    (event) => {
      const { clientX, clientY } = event.touches[0];
      if (press && Math.hypot(clientX - press.clientX, clientY - press.clientY) > STILL_PX) end();
    },
    { passive: true },
  );
  target.addEventListener("touchcancel", end, { passive: true });
  target.addEventListener("touchend", (event) => {
    // The finger that opened the menu does not also tap it away.
    if (press?.opened && event.cancelable) event.preventDefault();
    end();
  });
}
