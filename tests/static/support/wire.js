// A server that answers as the test says, for tests of what goes over the network.
import { ApiError, NetworkError } from "../../../static/js/net/api.js";
import { settled } from "./models.js";

/** Records requests; each waits until the test answers it, or is answered by `replies` ("POST /messages": value). */
export class FakeApi {
  requests = [];
  replies = {};

  request(method, path, params = {}, options = {}) {
    return new Promise((resolve, reject) => {
      const request = { method, path, params, options, resolve, reject, done: false };
      const finish = (how) => (value) => {
        if (request.done) return;
        request.done = true;
        how(value);
      };
      request.resolve = finish(resolve);
      request.reject = finish(reject);
      options.signal?.addEventListener("abort", () => request.reject(new NetworkError("aborted")));
      this.requests.push(request);
      const reply = this.replies[`${method} ${path}`];
      if (reply === undefined) return;
      const value = typeof reply === "function" ? reply(params, request) : reply;
      if (value instanceof Error) request.reject(value);
      else if (value !== undefined) request.resolve(value);
    });
  }

  get(path, params, options) {
    return this.request("GET", path, params, options);
  }

  post(path, params, options) {
    return this.request("POST", path, params, options);
  }

  delete(path, params, options) {
    return this.request("DELETE", path, params, options);
  }

  /** Requests that nobody has answered yet. */
  open(path) {
    return this.requests.filter((request) => !request.done && (path === undefined || request.path === path));
  }

  sent(path) {
    return this.requests.filter((request) => request.path === path);
  }
}

/** A socket as `Connection` knows it, opened and closed by the test. */
export class FakeSocket {
  isOpen = false;
  requests = [];
  subscriptions = [];

  constructor({ onEvents, onClose }) {
    Object.assign(this, { onEvents, onClose });
    this.opened = new Promise((resolve, reject) => {
      this.open = async () => {
        this.isOpen = true;
        resolve();
        await settled();
      };
      this.fail = async () => {
        reject(new NetworkError("no socket"));
        this.onClose();
        await settled();
      };
    });
    this.opened.catch(() => {});
  }

  subscribe(queue_id, last_event_id) {
    return new Promise((resolve, reject) => {
      this.subscriptions.push({ queue_id, last_event_id, resolve, reject });
    });
  }

  request(method, path, params) {
    return new Promise((resolve, reject) => {
      this.requests.push({ method, path, params, resolve, reject });
    });
  }

  close() {
    if (this.closed) return;
    this.closed = true;
    this.isOpen = false;
    for (const request of this.requests) request.reject(new NetworkError("closed"));
    this.onClose();
  }
}

export const deadQueue = () =>
  new ApiError(400, { msg: "Bad event queue id: q1", code: "BAD_EVENT_QUEUE_ID", queue_id: "q1" });
export const refusal = (msg = "No", code = "BAD_REQUEST") => new ApiError(400, { msg, code });
export const away = () => new NetworkError("The server cannot be reached.");
