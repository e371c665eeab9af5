// How often a password may be tried. Failures count per address (of IPv6 its network: whoever has one has all of it) and per
// pair of name and address, so that a stranger who guesses cannot lock the operator out. A name that many addresses have
// guessed at has one try per address instead of five: those who know the password need no more. Pure.

import { isIP } from 'node:net';
import { canonicalOperatorName } from '../domain/operator-name.ts';

const windowMs = 15 * 60_000;
/** Passwords of one address that may be looked at together: a flood from few addresses leaves room for everybody else. */
const atATime = 2;
const limits = { pair: 5, pairOfGuessedName: 1, address: 20, name: 100 } as const;
/** Beyond so many remembered keys the oldest are forgotten: memory stays bounded under attack. */
const mostKeys = 10_000;

export class SignInThrottle {
  readonly #nowMs: () => number;
  readonly #failures = new Map<string, number[]>();
  readonly #told = new Map<string, number>();
  readonly #inside = new Map<string, number>();

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** Milliseconds until this name may be tried from this address again; 0: now. */
  waitMs(name: string, address: string): number {
    const { pair, network, same } = keysOf(name, address);
    const ofPair = this.#recent(same).length < limits.name ? limits.pair : limits.pairOfGuessedName;
    return Math.max(0, this.#waitOf(pair, ofPair), this.#waitOf(network, limits.address));
  }

  /** How many tries of this address have failed of late: who has fewer is looked at first. */
  failuresOf(address: string): number {
    return this.#recent(keysOf('', address).network).length;
  }

  /** True once in a while for an address that has to wait: what is worth a line in the record. */
  tells(address: string): boolean {
    const [network, now] = [networkOf(address), this.#nowMs()];
    if (now - (this.#told.get(network) ?? -Infinity) < windowMs) return false;
    this.#told.delete(network);
    this.#told.set(network, now);
    for (const key of this.#told.keys()) {
      if (this.#told.size <= mostKeys) break;
      this.#told.delete(key);
    }
    return true;
  }

  failed(name: string, address: string): void {
    const now = this.#nowMs();
    for (const key of Object.values(keysOf(name, address))) {
      const kept = this.#recent(key);
      this.#failures.delete(key);
      this.#failures.set(key, [...kept, now]);
    }
    for (const key of this.#failures.keys()) {
      if (this.#failures.size <= mostKeys) break;
      this.#failures.delete(key);
    }
  }

  /** A right password: what this pair has failed is forgiven, and what `failed` has counted just now does not count. */
  succeeded(name: string, address: string): void {
    this.withdraw(name, address);
    this.#failures.delete(keysOf(name, address).pair);
  }

  /** Takes one of the few places that an address has at a time; false: it has to wait for its own tries. */
  enter(address: string): boolean {
    const network = networkOf(address);
    const inside = this.#inside.get(network) ?? 0;
    if (inside >= atATime) return false;
    this.#inside.set(network, inside + 1);
    return true;
  }

  /** Gives the place back. */
  leave(address: string): void {
    const network = networkOf(address);
    const inside = this.#inside.get(network) ?? 0;
    if (inside <= 1) this.#inside.delete(network);
    else this.#inside.set(network, inside - 1);
  }

  /** The password was not looked at: what `failed` has counted for it just now does not count. */
  withdraw(name: string, address: string): void {
    for (const key of Object.values(keysOf(name, address))) this.#failures.get(key)?.pop();
  }

  #waitOf(key: string, limit: number): number {
    const recent = this.#recent(key);
    const now = this.#nowMs();
    if (recent.length < limit) return 0;
    return (recent.at(-limit) ?? now) + windowMs - now;
  }

  #recent(key: string): number[] {
    const now = this.#nowMs();
    return (this.#failures.get(key) ?? []).filter((at) => now - at < windowMs);
  }
}

/** What one sender has of the net: an IPv4 address, or the first 64 bits of an IPv6 address. */
export function networkOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  if (isIP(address) !== 6) return address;
  const [head = '', tail] = (address.split('%', 1)[0] ?? '').split('::', 2);
  const [before, after] = [head, tail ?? ''].map((part) => (part === '' ? [] : part.split(':'))) as [
    string[],
    string[],
  ];
  // An IPv4 address at the end stands for two groups; they are never among the first four where `::` leaves zeros out.
  const zeros =
    tail === undefined ? 0 : Math.max(0, 8 - before.length - after.length - (address.includes('.') ? 1 : 0));
  const groups = [...before, ...Array.from({ length: zeros }, () => '0'), ...after].slice(0, 4);
  return `${groups.map((group) => Number.parseInt(group, 16).toString(16)).join(':')}::/64`;
}

function keysOf(name: string, address: string): { pair: string; network: string; same: string } {
  const [same, network] = [canonicalOperatorName(name), networkOf(address)];
  return { pair: `pair ${network} ${same}`, network: `address ${network}`, same: `name ${same}` };
}
