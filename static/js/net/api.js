/** The one place that fetches. Speaks the envelope of `/json`: answers with its `data`, or throws. */

import { t } from "../lib/i18n.js";

const TIMEOUT_MS = 30_000;

/** The server refused, with a code to act on and words to show. */
export class ApiError extends Error {
  constructor(status, body) {
    super(body?.msg || `The server answered with ${status}.`);
    this.status = status;
    this.code = body?.code ?? "";
    this.body = body ?? {};
  }

  /** Whether asking again later may succeed. */
  get passing() {
    return this.status >= 500 || this.status === 429;
  }
}

/** No answer came: the network or the server is away. */
export class NetworkError extends Error {}

/** What an answer means, whichever door it came through. */
export function unwrap(status, body) {
  if (status >= 200 && status < 300 && body?.result === "success") return body.data ?? {};
  throw new ApiError(status, body);
}

export class Api {
  /** `fetch` and `readCookie` are handed in; `onSignedOut` is called when the session is over. */
  constructor({ fetch, readCookie, clock, onSignedOut, XMLHttpRequest }) {
    this.fetch = fetch;
    this.XMLHttpRequest = XMLHttpRequest;
    this.readCookie = readCookie;
    this.clock = clock;
    this.onSignedOut = onSignedOut;
  }

  get(path, params = {}, options = {}) {
    return this.request("GET", path, params, options);
  }

  post(path, params = {}, options = {}) {
    return this.request("POST", path, params, options);
  }

  patch(path, params = {}, options = {}) {
    return this.request("PATCH", path, params, options);
  }

  delete(path, params = {}, options = {}) {
    return this.request("DELETE", path, params, options);
  }

  /** Sends one request; `path` is below /json. `timeout_ms` bounds the wait, `signal` ends it, `keepalive` lets it
   *  outlive the page. */
  async request(method, path, params = {}, { signal, timeout_ms = TIMEOUT_MS, keepalive = false } = {}) {
    const aborter = new AbortController();
    const stop = () => aborter.abort();
    signal?.addEventListener("abort", stop);
    if (signal?.aborted) stop();
    const timer = this.clock.setTimeout(stop, timeout_ms);
    try {
      return await this.#send(method, path, params, { signal: aborter.signal, keepalive });
    } finally {
      this.clock.clearTimeout(timer);
      signal?.removeEventListener("abort", stop);
    }
  }

  /** Sends a file up; `onProgress(part)` hears how much of it is there, from 0 to 1. (`fetch` cannot tell.) */
  upload(path, file, { onProgress = () => {}, signal } = {}) {
    return new Promise((resolve, reject) => {
      const request = new this.XMLHttpRequest();
      const stop = () => request.abort();
      const away = () => reject(new NetworkError(t("The server cannot be reached.")));
      request.open("POST", `/json${path}`);
      request.setRequestHeader("Accept", "application/json");
      request.setRequestHeader("X-CSRFToken", this.readCookie("csrftoken"));
      request.upload.onprogress = (event) => event.lengthComputable && onProgress(event.loaded / event.total);
      request.onerror = request.onabort = away;
      request.onload = () => {
        if (request.status === 401) this.onSignedOut?.();
        try {
          resolve(unwrap(request.status, parse(request.responseText)));
        } catch (error) {
          reject(error);
        }
      };
      request.onloadend = () => signal?.removeEventListener("abort", stop);
      signal?.addEventListener("abort", stop);
      const body = new FormData();
      body.append("file", file, file.name);
      request.send(body);
    });
  }

  /** Fetches a file the server named, as JSON. */
  async file(url) {
    const response = await this.fetch(url, { credentials: "same-origin" });
    if (!response.ok) throw new ApiError(response.status, null);
    return response.json();
  }

  /** Ends the session. */
  async signOut() {
    const headers = { "X-CSRFToken": this.readCookie("csrftoken") };
    await this.fetch("/accounts/logout/", {
      method: "POST",
      headers,
      credentials: "same-origin",
      redirect: "manual",
    });
  }

  async #send(method, path, params, { signal, keepalive }) {
    const headers = { Accept: "application/json" };
    const init = { method, headers, signal, keepalive, credentials: "same-origin", cache: "no-store" };
    let url = `/json${path}`;
    if (method === "GET") {
      const query = new URLSearchParams(
        Object.entries(params).map(([name, value]) => [name, asText(value)]),
      ).toString();
      if (query) url += `?${query}`;
    } else {
      headers["X-CSRFToken"] = this.readCookie("csrftoken");
      headers["Content-Type"] = "application/json";
      init.body = JSON.stringify(params);
    }
    let response;
    let text;
    try {
      response = await this.fetch(url, init);
      text = await response.text();
    } catch (error) {
      throw new NetworkError(
        error?.name === "AbortError"
          ? t("The server took too long to answer.")
          : t("The server cannot be reached."),
      );
    }
    const body = parse(text);
    if (response.status === 401) this.onSignedOut?.();
    // A proxy answers for a server that is away in words of its own.
    if (body === undefined && response.status >= 500) throw new NetworkError(t("The server cannot be reached."));
    return unwrap(response.status, body);
  }
}

function asText(value) {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function parse(text) {
  try {
    const body = JSON.parse(text);
    return body !== null && typeof body === "object" ? body : undefined;
  } catch {
    return undefined;
  }
}
