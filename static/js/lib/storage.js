/** JSON values in the browser's local storage, under one prefix. A full or forbidden storage loses nothing that
 *  the page itself holds: writing then answers false and reading answers the fallback. */
export class JsonStorage {
  constructor(backend, prefix) {
    this.backend = backend;
    this.prefix = prefix;
  }

  read(key, fallback) {
    try {
      const text = this.backend.getItem(this.prefix + key);
      return text === null || text === undefined ? fallback : JSON.parse(text);
    } catch {
      return fallback;
    }
  }

  write(key, value) {
    try {
      this.backend.setItem(this.prefix + key, JSON.stringify(value));
      return true;
    } catch {
      return false;
    }
  }

  remove(key) {
    try {
      this.backend.removeItem(this.prefix + key);
    } catch {
      // Nothing was kept, so nothing is left.
    }
  }

  /** The keys under the prefix that begin with `start`, without the prefix. */
  keys(start = "") {
    const found = [];
    try {
      for (let index = 0; index < this.backend.length; index += 1) {
        const key = this.backend.key(index);
        if (key?.startsWith(this.prefix + start)) found.push(key.slice(this.prefix.length));
      }
    } catch {
      return [];
    }
    return found;
  }
}
