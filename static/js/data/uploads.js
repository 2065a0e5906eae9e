/** Files on their way to the server, each for the conversation it is to stand in. A few at a time go up; the others
 *  wait. Sends nothing itself: whoever gives it `send` does. */

import { Store } from "../lib/store.js";

const AT_ONCE = 3;
const MOST = 20; // waiting and going, so that a folder dropped by mistake does no harm

export class Uploads extends Store {
  #all = [];
  #ids = 0;

  /** `send(file, {onProgress, signal})` answers with the address; `done(upload, url)` hears of it. */
  constructor({ send, done }) {
    super();
    Object.assign(this, { send, done });
  }

  of(key) {
    return this.#all.filter((upload) => upload.conversation.key === key);
  }

  /** Whether anything for this conversation is still to come. */
  pending(key) {
    return this.of(key).some((upload) => upload.status !== "failed");
  }

  /** Takes files; answers with how many were too many. `refuses(file)` may say in words why one cannot go. */
  add(files, conversation, refuses = () => "") {
    const taken = [...files].slice(0, Math.max(0, MOST - this.#all.length));
    for (const file of taken) {
      this.#ids += 1;
      const error = refuses(file);
      this.#all.push({
        id: this.#ids,
        file,
        name: file.name,
        conversation,
        part: 0,
        status: error ? "failed" : "waiting",
        error,
        aborter: new AbortController(),
      });
    }
    this.#go();
    this.changed();
    return files.length - taken.length;
  }

  retry(upload) {
    Object.assign(upload, { status: "waiting", error: "", part: 0, aborter: new AbortController() });
    this.#go();
    this.changed();
  }

  /** Stops one, or forgets one that failed. */
  remove(upload) {
    this.#all = this.#all.filter((other) => other !== upload);
    upload.aborter.abort();
    this.#go();
    this.changed();
  }

  #go() {
    for (const upload of this.#all) {
      if (this.#all.filter((other) => other.status === "going").length >= AT_ONCE) return;
      if (upload.status === "waiting") this.#start(upload);
    }
  }

  async #start(upload) {
    upload.status = "going";
    const { signal } = upload.aborter;
    const onProgress = (part) => {
      upload.part = part;
      this.changed();
    };
    try {
      const url = await this.send(upload.file, { onProgress, signal });
      if (signal.aborted) return;
      this.#all = this.#all.filter((other) => other !== upload);
      this.done(upload, url);
    } catch (error) {
      if (signal.aborted) return;
      Object.assign(upload, { status: "failed", error: error.message });
    } finally {
      this.#go();
      this.changed();
    }
  }
}

/** The markdown that shows an uploaded file. */
export function linkTo(name, url) {
  return `[${name.replace(/[[\]\\`*_\n]/g, "-")}](${url})`;
}
