// Waits for something to become true by asking again and again: tests never sleep and hope.

/**
 * Calls `fn` until it stops throwing and answers something other than `false` or `undefined`; answers that.
 * Fails with the last error (or a plain one) after `timeoutMs` (default 10 s).
 */
export async function eventually<T>(
  fn: () => T | Promise<T>,
  options: { timeoutMs?: number; everyMs?: number } = {},
): Promise<T> {
  const { timeoutMs = 10_000, everyMs = 15 } = options;
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    let failure: unknown;
    try {
      const value = await fn();
      if (value !== false && value !== undefined) return value;
      failure = new Error(`still ${String(value)}`);
    } catch (error) {
      failure = error;
    }
    if (performance.now() >= deadline) throw new Error(`not within ${timeoutMs} ms`, { cause: failure });
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}
