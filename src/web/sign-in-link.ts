// The link that the terminal prints so that somebody can set the first password. It holds a secret that works
// once; only its digest is kept. Pure: randomness comes in.
import { createHash, timingSafeEqual } from 'node:crypto';

export class SignInLink {
  readonly #randomBytes: (size: number) => Buffer;
  #digest: Buffer | null = null;

  constructor(randomBytes: (size: number) => Buffer) {
    this.#randomBytes = randomBytes;
  }

  /** Makes the token of a new link; an earlier one stops working. */
  renew(): string {
    const token = this.#randomBytes(32).toString('base64url');
    this.#digest = digestOf(token);
    return token;
  }

  /** True when the token is that of the link, which was not used yet. */
  fits(token: string): boolean {
    return this.#digest !== null && timingSafeEqual(digestOf(token), this.#digest);
  }

  /** Spends the link: true once, for its token. */
  spend(token: string): boolean {
    if (!this.fits(token)) return false;
    this.#digest = null;
    return true;
  }
}

/** The value of a cookie in a Cookie header, or null. */
export function cookieValue(header: string | undefined, name: string): string | null {
  for (const pair of (header ?? '').split(';')) {
    const [key, value] = pair.split('=', 2);
    if (key?.trim() === name) return value?.trim() ?? null;
  }
  return null;
}

function digestOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}
