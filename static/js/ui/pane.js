/** A part of the page drawn by one template: drawn again, once a turn, when what it reads has changed. */
import { render } from "lit";

export class Pane {
  #due = false;

  /** `template()` gives what to draw into `element`; `stores` are what it reads. */
  constructor(element, template, stores, afterDraw = () => {}) {
    Object.assign(this, { element, template, afterDraw });
    for (const store of stores) store.subscribe(() => this.invalidate());
  }

  invalidate() {
    if (this.#due) return;
    this.#due = true;
    queueMicrotask(() => {
      this.#due = false;
      this.draw();
    });
  }

  draw() {
    render(this.template(), this.element);
    this.afterDraw();
  }
}
