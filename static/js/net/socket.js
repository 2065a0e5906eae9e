/** One WebSocket to the server: requests and their answers, and the events of one queue. Frames are JSON objects as
 *  the server's protocol words them. A socket is used once; when it closes, every request in it fails with
 *  NetworkError and `onClose` is called. */

import { t } from "../lib/i18n.js";
import { NetworkError, unwrap } from "./api.js";

const OPEN_TIMEOUT_MS = 5_000;
const SILENCE_MS = 80_000; // heartbeats come well within this
const REQUEST_TIMEOUT_MS = 15_000;
const ACK_EVERY_MS = 1_000;
const ACK_EVERY_EVENTS = 50;

export class Socket {
  #pending = new Map(); // req_id -> {resolve, reject, timer}
  #requests = 0;
  #queue_id;
  #acked = -1;
  #handled = -1;
  #ackTimer;
  #silenceTimer;
  #closed = false;

  constructor({ WebSocket, url, clock, onEvents, onClose }) {
    this.clock = clock;
    this.onEvents = onEvents;
    this.onClose = onClose;
    this.opened = new Promise((resolve, reject) => {
      this.#opening = { resolve, reject };
    });
    this.opened.catch(() => {});
    this.#openTimer = clock.setTimeout(() => this.close(), OPEN_TIMEOUT_MS);
    try {
      this.socket = new WebSocket(url);
    } catch {
      this.socket = undefined;
      clock.setTimeout(() => this.#gone(), 0);
      return;
    }
    this.socket.onopen = () => this.#open();
    this.socket.onmessage = (event) => this.#frame(event.data);
    this.socket.onclose = () => this.#gone();
  }

  #opening;
  #openTimer;

  get isOpen() {
    return !this.#closed && this.socket?.readyState === 1;
  }

  /** Starts the events of a queue; from then on they come to `onEvents` in order. */
  async subscribe(queue_id, last_event_id) {
    this.#queue_id = queue_id;
    this.#acked = last_event_id;
    this.#handled = last_event_id;
    return this.#ask({ type: "subscribe", queue_id, last_event_id });
  }

  /** Sends one request and answers with its data. */
  request(method, path, params) {
    return this.#ask({ type: "request", request: { method, path, params } });
  }

  close() {
    this.socket?.close();
    this.#gone();
  }

  #ask(frame) {
    return new Promise((resolve, reject) => {
      if (!this.isOpen) {
        reject(new NetworkError(t("The server cannot be reached.")));
        return;
      }
      this.#requests += 1;
      const req_id = String(this.#requests);
      // A socket that leaves a request unanswered is taken for dead.
      const timer = this.clock.setTimeout(() => this.close(), REQUEST_TIMEOUT_MS);
      this.#pending.set(req_id, { resolve, reject, timer });
      this.socket.send(JSON.stringify({ req_id, ...frame }));
    });
  }

  #open() {
    this.clock.clearTimeout(this.#openTimer);
    this.#listen();
    this.#opening.resolve();
  }

  #frame(text) {
    if (this.#closed) return;
    this.#listen();
    let frame;
    try {
      frame = JSON.parse(text);
    } catch {
      this.close();
      return;
    }
    if (frame.type === "response") this.#answer(frame);
    else if (frame.type === "events" && frame.queue_id === this.#queue_id) this.#events(frame.events);
  }

  #answer({ req_id, status, response }) {
    const waiting = this.#pending.get(req_id);
    if (!waiting) return;
    this.#pending.delete(req_id);
    this.clock.clearTimeout(waiting.timer);
    try {
      waiting.resolve(unwrap(status, response));
    } catch (error) {
      waiting.reject(error);
    }
  }

  #events(events) {
    this.onEvents(events);
    for (const event of events) if (event.id > this.#handled) this.#handled = event.id;
    if (this.#handled - this.#acked >= ACK_EVERY_EVENTS) this.#ack();
    else this.#ackTimer ??= this.clock.setTimeout(() => this.#ack(), ACK_EVERY_MS);
  }

  #ack() {
    this.clock.clearTimeout(this.#ackTimer);
    this.#ackTimer = undefined;
    if (!this.isOpen || this.#handled === this.#acked) return;
    this.#acked = this.#handled;
    this.socket.send(JSON.stringify({ type: "ack", queue_id: this.#queue_id, last_event_id: this.#handled }));
  }

  #listen() {
    this.clock.clearTimeout(this.#silenceTimer);
    this.#silenceTimer = this.clock.setTimeout(() => this.close(), SILENCE_MS);
  }

  #gone() {
    if (this.#closed) return;
    this.#closed = true;
    for (const timer of [this.#openTimer, this.#ackTimer, this.#silenceTimer]) this.clock.clearTimeout(timer);
    this.#opening.reject(new NetworkError(t("The server cannot be reached.")));
    for (const waiting of this.#pending.values()) {
      this.clock.clearTimeout(waiting.timer);
      waiting.reject(new NetworkError(t("The connection was lost.")));
    }
    this.#pending.clear();
    this.onClose();
  }
}
