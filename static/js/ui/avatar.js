/** People's pictures, or their initials on their own hue. */
import { html } from "lit";
import { hueOfId } from "../lib/hue.js";
import { initials } from "../lib/text.js";

/** A picture of a person ({user_id, full_name, avatar_url}); pictures by third parties are not fetched. */
export function avatar(person, size = "") {
  const url = person?.avatar_url;
  // Below /avatar/ the server draws initials itself; ours go with the theme.
  if (url?.startsWith("/") && !url.startsWith("/avatar/")) {
    return html`<img class="avatar ${size}" src=${url} alt="" loading="lazy" width="36" height="36" />`;
  }
  return html`<span class="avatar hue hue-${hueOfId(person?.user_id ?? 0)} ${size}" aria-hidden="true"
    >${initials(person?.full_name ?? "?")}</span>`;
}
