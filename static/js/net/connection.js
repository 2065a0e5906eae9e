/** Keeps the client hearing: registers, then takes the events of its queue over a socket where one can be had and by
 *  long-polling where not, and comes back after every loss. Knows no event's meaning.
 *
 *  - A socket gets a head start; while it is not there the queue is polled, and when it is, the poll ends.
 *  - A socket that once worked is tried again soon after it broke; one that never did, only now and then.
 *  - BAD_EVENT_QUEUE_ID means registering anew; `register()` then brings the model up to date.
 *  - Events are handed on once each, in order: both ways repeat what was not acknowledged. */

import { Backoff } from "../lib/backoff.js";
import { sleep } from "../lib/clock.js";
import { Store } from "../lib/store.js";
import { ApiError, NetworkError } from "./api.js";

const HEAD_START_MS = 1_500;
const POLL_TIMEOUT_MS = 90_000;

export class Connection extends Store {
  status = "connecting"; // connecting, live, away
  via = "poll"; // socket, poll
  queue_id;
  last_event_id = -1;
  #known_queue_id; // the last one there was: what messages are sent under meanwhile
  #socket;
  #opening;
  #socketWorked = false;
  #socketDue_ms = 0;
  #soon = new Backoff({ first_ms: 500, limit_ms: 20_000 });
  #seldom = new Backoff({ first_ms: 30_000, limit_ms: 300_000 });
  #retry = new Backoff({ first_ms: 500, limit_ms: 20_000 });
  #pause; // AbortController of what the loop waits for
  #stopped = false;

  /** `openSocket({onEvents, onClose})` makes a Socket or is undefined; `register()` answers with
   *  {queue_id, last_event_id} once the model holds the state; `onEvent(event)` takes one event. */
  constructor({ api, openSocket, clock, register, onEvent, report = console.error }) {
    super();
    Object.assign(this, { api, openSocket, clock, register, onEvent, report });
  }

  /** The queue under which to send. */
  get sending_queue_id() {
    return this.queue_id ?? this.#known_queue_id;
  }

  /** Runs until `stop`. */
  async run() {
    while (!this.#stopped) {
      try {
        await this.#turn();
      } catch (error) {
        await this.#lost(error);
      }
    }
  }

  /** Sends one request by the quicker way there is. */
  request(method, path, params) {
    if (this.#socket?.isOpen) return this.#socket.request(method, path, params);
    return this.api.request(method, path, params);
  }

  /** Tries again now instead of later: the network or the person is back. */
  wake() {
    this.#retry.reset();
    this.#socketDue_ms = 0;
    if (this.status === "away") this.#pause?.abort();
  }

  /** The machine slept: what looks open may be dead. */
  refresh() {
    this.#socket?.close();
    this.#pause?.abort();
    this.wake();
  }

  stop() {
    this.#stopped = true;
    this.#socket?.close();
    this.#pause?.abort();
  }

  async #turn() {
    if (this.queue_id === undefined) await this.#registerNow();
    this.#trySocket();
    if (this.#opening && this.#hopeful) await this.#race(this.#opening, HEAD_START_MS);
    if (this.#stopped || this.queue_id === undefined) return;
    if (this.#socket) await this.#socketClosed;
    else await this.#poll();
  }

  async #registerNow() {
    const { queue_id, last_event_id } = await this.register();
    this.queue_id = queue_id;
    this.#known_queue_id = queue_id;
    this.last_event_id = last_event_id;
    this.#live("poll");
  }

  async #poll() {
    const { queue_id } = this;
    this.#pause = new AbortController();
    const { signal } = this.#pause;
    // After a loss the answer must come at once: it is what tells that the server is there again.
    const dont_block = this.status !== "live";
    try {
      const data = await this.api.get(
        "/events",
        { queue_id, last_event_id: this.last_event_id, dont_block },
        { signal, timeout_ms: POLL_TIMEOUT_MS },
      );
      if (signal.aborted || queue_id !== this.queue_id) return;
      this.#take(data.events ?? []);
      this.#live("poll");
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  // A socket is worth a short wait at first, and while sockets are known to work.
  get #hopeful() {
    return this.#socketWorked || this.#seldom.attempts === 0;
  }

  #trySocket() {
    if (!this.openSocket || this.#socket || this.#opening || this.clock.now() < this.#socketDue_ms) return;
    const opening = this.#openOne()
      .catch((error) => {
        if (isDeadQueue(error)) this.#forgetQueue();
        const backoff = this.#socketWorked ? this.#soon : this.#seldom;
        this.#socketDue_ms = this.clock.now() + backoff.next();
      })
      .finally(() => {
        this.#opening = undefined;
      });
    this.#opening = opening;
  }

  #socketClosed = Promise.resolve();

  async #openOne() {
    let closed;
    const closing = new Promise((resolve) => {
      closed = resolve;
    });
    const early = [];
    let subscribed = false;
    const socket = this.openSocket({
      // Events may come in the same breath as the answer to the subscription.
      onEvents: (events) => (subscribed ? this.#take(events) : early.push(...events)),
      onClose: () => {
        if (this.#socket === socket) this.#socketLost();
        closed();
      },
    });
    await socket.opened;
    if (this.#stopped || this.queue_id === undefined) {
      socket.close();
      return;
    }
    try {
      await socket.subscribe(this.queue_id, this.last_event_id);
    } catch (error) {
      socket.close();
      throw error;
    }
    subscribed = true;
    this.#socket = socket;
    this.#socketClosed = closing;
    this.#socketWorked = true;
    this.#soon.reset();
    this.#seldom.reset();
    this.#live("socket");
    this.#take(early);
    this.#pause?.abort();
  }

  #socketLost() {
    this.#socket = undefined;
    this.#socketDue_ms = 0;
    if (this.#stopped) return;
    this.via = "poll";
    this.status = "connecting";
    this.changed();
  }

  #take(events) {
    for (const event of [...events].sort((a, b) => a.id - b.id)) {
      if (event.id <= this.last_event_id) continue;
      this.last_event_id = event.id;
      if (event.type === "heartbeat") continue;
      try {
        this.onEvent(event);
      } catch (error) {
        this.report("An event could not be applied", event, error);
      }
    }
  }

  async #lost(error) {
    if (isDeadQueue(error)) {
      this.#forgetQueue();
      return;
    }
    if (error instanceof ApiError && error.status === 401) {
      this.stop();
      return;
    }
    if (!(error instanceof NetworkError) && !(error instanceof ApiError))
      this.report("The connection broke", error);
    // An answer that refuses this queue for good, whatever its code: begin anew rather than ask forever.
    if (error instanceof ApiError && !error.passing) this.#forgetQueue();
    this.#set("away", "poll");
    this.#pause = new AbortController();
    const asked_ms = Number(error.body?.["retry-after"] ?? 0) * 1000;
    await sleep(this.clock, Math.max(asked_ms, this.#retry.next()), this.#pause.signal);
  }

  #forgetQueue() {
    this.queue_id = undefined;
    this.#pause?.abort();
  }

  #live(via) {
    const back = this.status === "away";
    this.#retry.reset();
    if (back && this.#socketWorked) this.#socketDue_ms = 0;
    this.#set("live", via);
  }

  #set(status, via) {
    if (this.status === status && this.via === via) return;
    this.status = status;
    this.via = via;
    this.changed();
  }

  async #race(promise, ms) {
    const waiting = new AbortController();
    await Promise.race([promise, sleep(this.clock, ms, waiting.signal)]);
    waiting.abort();
  }
}

function isDeadQueue(error) {
  return error instanceof ApiError && error.code === "BAD_EVENT_QUEUE_ID";
}
