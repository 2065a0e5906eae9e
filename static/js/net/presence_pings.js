/** Tells the server once a minute that this page is open, or in use, and takes home who else is here. */

const IDLE_AFTER_MS = 5 * 60_000;

export class PresencePings {
  #lastInput_ms;
  #newInput = true;
  #wasActive = false;
  #timer;
  #asking = false;

  /** `attentive()` says whether somebody can see the page. */
  constructor({ model, connection, clock, attentive }) {
    Object.assign(this, { model, connection, clock, attentive });
    this.#lastInput_ms = clock.now();
  }

  /** Begins; called once there is a model. */
  start() {
    this.#ping();
  }

  /** Somebody moved, typed, or came back to the page. Who had been away is here at once. */
  input() {
    this.#lastInput_ms = this.clock.now();
    this.#newInput = true;
    if (!this.#wasActive && this.#timer !== undefined && this.#isActive()) this.#ping();
  }

  #isActive() {
    return this.attentive() && this.clock.now() - this.#lastInput_ms < IDLE_AFTER_MS;
  }

  async #ping() {
    if (this.#asking) return;
    this.#asking = true;
    this.clock.clearTimeout(this.#timer);
    const { presence, realm } = this.model;
    const active = this.#isActive();
    const params = {
      status: active ? "active" : "idle",
      new_user_input: this.#newInput,
      last_update_id: presence.last_update_id,
    };
    this.#wasActive = active;
    this.#newInput = false;
    try {
      presence.take(await this.connection.request("POST", "/users/me/presence", params));
    } catch {
      // What was known gets older; the connection tells of its own trouble.
      presence.refresh();
    }
    this.#asking = false;
    this.#timer = this.clock.setTimeout(() => this.#ping(), realm.ping_ms);
  }
}
