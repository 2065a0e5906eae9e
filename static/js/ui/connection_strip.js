/** A thin strip while the server cannot be reached; silent about short breaks. */
import { html, nothing } from "lit";
import { t } from "../lib/i18n.js";
import { icon } from "./icon.js";

const QUIET_MS = 2_000;

export function connectionStrip(app) {
  const { connection } = app;
  const { clock } = app.model;
  if (connection.status === "live") {
    app.away_since = undefined;
    return nothing;
  }
  if (app.away_since === undefined) {
    app.away_since = clock.now();
    clock.setTimeout(() => app.panes.strip.invalidate(), QUIET_MS + 50);
  }
  if (clock.now() - app.away_since < QUIET_MS) return nothing;
  return html`<div class="strip" role="status">
    ${icon("circle-alert")}<span>${t("The server cannot be reached. What you write is kept and sent when it is back.")}</span>
    <button type="button" class="text-button" @click=${() => connection.wake()}>${t("Try now")}</button>
  </div>`;
}
