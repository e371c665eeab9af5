// Waiting for a signal that somebody aborts.

/** Resolves when the signal is aborted, at once if it has been. */
export function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
