/** Icons from the sprite. An icon says nothing by itself: what it stands beside, or a label, does. */
import { html, nothing, svg } from "lit";

const SPRITE = "/static/vendor/icons.svg";

export function icon(name, className = "") {
  return html`<svg class="icon ${className}" aria-hidden="true">${svg`<use href="${SPRITE}#${name}"></use>`}</svg>`;
}

/** A button that shows only an icon. */
export function iconButton(
  name,
  label,
  onClick,
  { className = "", expanded, disabled = false, shortcut } = {},
) {
  return html`<button
    type="button"
    class="icon-button ${className}"
    aria-label=${label}
    title=${shortcut ? `${label} (${shortcut})` : label}
    aria-expanded=${expanded === undefined ? nothing : String(expanded)}
    ?disabled=${disabled}
    @click=${onClick}
  >${icon(name)}</button>`;
}
