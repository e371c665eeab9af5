// Who may see the console: whoever opened the link that the terminal printed. A link works once and
// leaves a session cookie. Neither is kept here, only their digests. Pure: time and randomness come in.
import { createHash, timingSafeEqual } from 'node:crypto';

/** A session ends this long after its last request. */
export const sessionIdleMs = 12 * 60 * 60_000;

export interface SignInOptions {
  readonly randomBytes: (size: number) => Buffer;
  readonly nowMs: () => number;
}

export class SignIn {
  readonly #options: SignInOptions;
  #link: Buffer | null = null;
  readonly #usedLinks: Buffer[] = [];
  readonly #sessions: { readonly digest: Buffer; usedMs: number }[] = [];

  constructor(options: SignInOptions) {
    this.#options = options;
  }

  /** Makes the token of a new link; an earlier one that nobody used stops working. */
  newLink(): string {
    const token = this.#random();
    this.#link = digestOf(token);
    return token;
  }

  /** Spends a link: answers the session's secret, or why there is none. */
  useLink(token: string): { ok: true; session: string } | { ok: false; why: 'unknown' | 'used' } {
    const digest = digestOf(token);
    if (this.#link === null || !timingSafeEqual(digest, this.#link)) {
      return { ok: false, why: this.#usedLinks.some((used) => timingSafeEqual(used, digest)) ? 'used' : 'unknown' };
    }
    this.#link = null;
    this.#usedLinks.push(digest);
    const session = this.#random();
    this.#sessions.push({ digest: digestOf(session), usedMs: this.#options.nowMs() });
    return { ok: true, session };
  }

  /** True when the secret is that of a session which has not ended; keeps it alive. */
  isSession(secret: string): boolean {
    const digest = digestOf(secret);
    const now = this.#options.nowMs();
    let found = false;
    // Every one is compared, so that the time tells nothing.
    for (const session of this.#sessions) {
      if (!timingSafeEqual(session.digest, digest) || now - session.usedMs > sessionIdleMs) continue;
      session.usedMs = now;
      found = true;
    }
    return found;
  }

  #random(): string {
    return this.#options.randomBytes(32).toString('base64url');
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
