/** This browser's registration for pushes: with its maker's push service, and with our server. */

const WORKER = "/service_worker.js";

export class Push {
  constructor({ api, window }) {
    Object.assign(this, { api, window });
  }

  get possible() {
    const { navigator, PushManager, isSecureContext } = this.window;
    return Boolean(isSecureContext && PushManager && navigator.serviceWorker);
  }

  /** What the server says of pushes and mail: {public_key, delivers_mail}. */
  describe() {
    return this.api.get("/web_push");
  }

  /** The service worker that shows pushes, once it has begun; undefined where there is none. */
  async worker() {
    if (!this.possible) return undefined;
    return this.window.navigator.serviceWorker.getRegistration("/");
  }

  async subscription() {
    return (await this.worker())?.pushManager.getSubscription() ?? undefined;
  }

  /** Has pushes come to this browser. Throws what the browser or the server says. */
  async begin(public_key) {
    const { serviceWorker } = this.window.navigator;
    const registration = await serviceWorker.register(WORKER, { scope: "/" });
    await serviceWorker.ready;
    const options = { userVisibleOnly: true, applicationServerKey: bytes(public_key) };
    let found = await registration.pushManager.getSubscription();
    if (found && !same(found.options?.applicationServerKey, options.applicationServerKey)) {
      await found.unsubscribe();
      found = null;
    }
    found ??= await registration.pushManager.subscribe(options);
    const { endpoint, keys } = found.toJSON();
    await this.api.post("/web_push", { endpoint, p256dh: keys.p256dh, auth: keys.auth });
  }

  async end() {
    const found = await this.subscription();
    if (!found) return;
    await this.api.delete("/web_push", { endpoint: found.endpoint });
    await found.unsubscribe();
  }

  /** Takes down what this browser shows of some conversations; `covers(tag)` chooses. */
  async close(covers) {
    const shown = (await (await this.worker())?.getNotifications()) ?? [];
    for (const notification of shown) if (covers(notification.tag)) notification.close();
  }
}

function bytes(text) {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
}

function same(left, right) {
  if (!left) return false;
  const given = new Uint8Array(left);
  return given.length === right.length && given.every((byte, index) => byte === right[index]);
}
