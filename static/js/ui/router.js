/** The address bar and the view, kept the same: every view has an address, so back, forward and links just work. */
import { HOME, hashOf, narrowKey, narrowOfHash } from "../data/narrow.js";

const SETTINGS = /^#settings(?:\/([a-z_-]{1,40}))?$/;

export class Router {
  #last; // what was shown last

  constructor({ window, model, onNarrow, onSettings, onUnknown }) {
    Object.assign(this, { window, model, onNarrow, onSettings, onUnknown });
    window.addEventListener("hashchange", () => this.read());
  }

  /** Shows what the address means. */
  read() {
    const { hash } = this.window.location;
    const settings = SETTINGS.exec(hash);
    const narrow = settings ? (this.#last ?? HOME) : narrowOfHash(hash, this.model.people.my_id);
    if (settings) {
      // They lie over the view, whose address stays.
      this.window.history.replaceState(null, "", hashOf(narrow, (id) => this.model.channels.name(id)));
      if (!this.#last) this.onNarrow(narrow);
      this.#last = narrow;
      this.onSettings(settings[1]);
    } else if (narrow) {
      this.#last = narrow;
      this.onNarrow(narrow);
    } else {
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
