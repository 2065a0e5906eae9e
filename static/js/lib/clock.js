/** The real clock. Everything that waits or asks for the time is handed one, so tests can hand in another. */
export const systemClock = {
  now: () => Date.now(),
  setTimeout: (call, ms) => globalThis.setTimeout(call, ms),
  clearTimeout: (id) => globalThis.clearTimeout(id),
};

/** A promise that resolves after `ms` on `clock`, or at once when `signal` is aborted. */
export function sleep(clock, ms, signal) {
  return new Promise((resolve) => {
    if (signal?.aborted) {
      resolve();
      return;
    }
    const done = () => {
      clock.clearTimeout(timer);
      signal?.removeEventListener("abort", done);
      resolve();
    };
    const timer = clock.setTimeout(done, ms);
    signal?.addEventListener("abort", done);
  });
}
