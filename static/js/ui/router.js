/** The address bar and the view, kept the same: every view has an address, so back, forward and links just work. */
import { HOME, hashOf, narrowKey, narrowOfHash } from "../data/narrow.js";

export class Router {
  constructor({ window, model, onNarrow, onUnknown }) {
    Object.assign(this, { window, model, onNarrow, onUnknown });
    window.addEventListener("hashchange", () => this.read());
  }

  /** Shows what the address means. */
  read() {
    const narrow = narrowOfHash(this.window.location.hash, this.model.people.my_id);
    if (narrow) this.onNarrow(narrow);
    else {
      this.onUnknown();
      this.go(HOME);
    }
  }

  /** Goes to a narrow; the address follows. */
  go(narrow) {
    const hash = hashOf(narrow, (id) => this.model.channels.name(id));
    const here = narrowOfHash(this.window.location.hash, this.model.people.my_id);
    if (
      here &&
      narrowKey(here) === narrowKey(narrow) &&
      here.near === narrow.near &&
      this.window.location.hash !== ""
    )
      this.onNarrow(narrow);
    else this.window.location.hash = hash;
  }
}
