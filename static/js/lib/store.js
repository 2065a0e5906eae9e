/** Something that holds data and tells its listeners, in the same turn, that it changed. */
export class Store {
  #listeners = new Set();

  /** Calls `listener(detail)` after every change; returns the function that ends it. */
  subscribe(listener) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  changed(detail) {
    for (const listener of [...this.#listeners]) listener(detail);
  }
}
