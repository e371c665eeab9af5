// How often a password may be tried. Failures count per address and per pair of name and address, so that
// a stranger who guesses cannot lock the operator out; over all addresses a name has a wide limit. Pure.

const windowMs = 15 * 60_000;
const limits = { pair: 5, address: 20, name: 100 } as const;
/** Beyond so many remembered keys the oldest are forgotten: memory stays bounded under attack. */
const mostKeys = 10_000;

export class SignInThrottle {
  readonly #nowMs: () => number;
  readonly #failures = new Map<string, number[]>();

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** Milliseconds until this name may be tried from this address again; 0: now. */
  waitMs(name: string, address: string): number {
    return Math.max(0, ...keysOf(name, address).map(([key, limit]) => this.#waitOf(key, limit)));
  }

  failed(name: string, address: string): void {
    const now = this.#nowMs();
    for (const [key] of keysOf(name, address)) {
      const kept = (this.#failures.get(key) ?? []).filter((at) => now - at < windowMs);
      this.#failures.delete(key);
      this.#failures.set(key, [...kept, now]);
    }
    for (const key of this.#failures.keys()) {
      if (this.#failures.size <= mostKeys) break;
      this.#failures.delete(key);
    }
  }

  /** A right password: what this pair has failed is forgiven. */
  succeeded(name: string, address: string): void {
    const [pair] = keysOf(name, address)[0] ?? [];
    if (pair !== undefined) this.#failures.delete(pair);
  }

  #waitOf(key: string, limit: number): number {
    const now = this.#nowMs();
    const recent = (this.#failures.get(key) ?? []).filter((at) => now - at < windowMs);
    if (recent.length < limit) return 0;
    return (recent.at(-limit) ?? now) + windowMs - now;
  }
}

function keysOf(name: string, address: string): [string, number][] {
  const lower = name.toLowerCase();
  return [
    [`pair ${address} ${lower}`, limits.pair],
    [`address ${address}`, limits.address],
    [`name ${lower}`, limits.name],
  ];
}
