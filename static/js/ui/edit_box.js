/** A message being edited in its place: its source in a text area, how long there is for it, save and cancel. */
import { html, nothing } from "lit";
import { ref } from "lit/directives/ref.js";
import { editableUntil } from "../data/edit_rules.js";
import { t } from "../lib/i18n.js";
import { clockTime } from "../lib/times.js";

const DAY_S = 86_400;

/** The editor that stands where the message stood. */
export function editBox(app, message, edit) {
  const close = () => app.stopEditing(message);
  return html`<form
    class="edit"
    @submit=${(event) => {
      event.preventDefault();
      app.saveEdit(message);
    }}
  >
    ${edit.error ? html`<p class="compose-error" role="alert">${edit.error}</p>` : nothing}
    ${
      edit.status === "loading"
        ? html`<p class="edit-loading" role="status">${t("Opening the message")}</p>`
        : html`<textarea
            class="edit-text"
            dir="auto"
            rows="1"
            aria-label=${t("Edit message")}
            maxlength=${app.model.realm.limits.message}
            .value=${edit.text}
            ${ref((area) => area && settle(area))}
            @input=${(event) => {
              app.model.edits.type(message, event.target.value);
              fit(event.target);
            }}
            @keydown=${(event) => pressed(app, message, event)}
          ></textarea>`
    }
    <div class="edit-actions">
      <button type="submit" class="button button-main" ?disabled=${edit.status !== "open"}>${t("Save")}</button>
      <button type="button" class="button" @click=${close}>${t("Cancel")}</button>
      ${limit(app, message)}
    </div>
  </form>`;
}

function limit(app, message) {
  const until = editableUntil(app.model, message);
  if (until === Infinity || (until !== undefined && until - app.model.clock.now() / 1000 > DAY_S)) return nothing;
  return html`<span class="edit-limit">
    ${until === undefined ? t("The time for editing this message is over") : t("Until {time}", { time: clockTime(until) })}
  </span>`;
}

function pressed(app, message, event) {
  if (event.isComposing) return;
  const plainEnter = event.key === "Enter" && !event.shiftKey && !event.altKey && !app.touch;
  if (plainEnter || (event.key === "Enter" && (event.ctrlKey || event.metaKey))) {
    event.preventDefault();
    app.saveEdit(message);
  } else if (event.key === "Escape") {
    event.preventDefault();
    app.stopEditing(message);
  }
}

const settled = new WeakSet();

// The first time it is on the page: as high as its text, with the caret at the end.
function settle(area) {
  if (settled.has(area)) return;
  settled.add(area);
  queueMicrotask(() => {
    fit(area);
    area.focus({ preventScroll: true });
    area.selectionStart = area.selectionEnd = area.value.length;
    area.closest(".row")?.scrollIntoView({ block: "nearest" });
  });
}

function fit(area) {
  area.style.height = "auto";
  area.style.height = `${Math.min(area.scrollHeight + 2, Math.round(window.innerHeight * 0.5))}px`;
}
