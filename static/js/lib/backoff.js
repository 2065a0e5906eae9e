/** Waiting times that double up to a limit, each spread at random so that clients do not return all at once. */
export class Backoff {
  constructor({ first_ms, limit_ms, random = Math.random }) {
    this.first_ms = first_ms;
    this.limit_ms = limit_ms;
    this.random = random;
    this.attempts = 0;
  }

  /** The next wait: between half and the whole of the doubled time. */
  next() {
    const whole = Math.min(this.limit_ms, this.first_ms * 2 ** Math.min(this.attempts, 30));
    this.attempts += 1;
    return Math.round(whole / 2 + (this.random() * whole) / 2);
  }

  reset() {
    this.attempts = 0;
  }
}
