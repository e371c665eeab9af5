// One try of a password, wherever a form asks for it: throttled, and told apart from one that was not looked at.
import { hasCode } from '../domain/errors.ts';
import type { AccessPort, Operator } from './ports/access.ts';
import type { SignInThrottle } from './sign-in-throttle.ts';

export interface PasswordDoor {
  readonly access: Pick<AccessPort, 'check' | 'throttled'>;
  readonly throttle: SignInThrottle;
}

/** Whose password it is; else why not, with the status and the seconds after which to come again (null: at once). */
export type Tried =
  | { readonly ok: true; readonly operator: Operator }
  | {
      readonly ok: false;
      readonly status: 401 | 429 | 503;
      readonly waitSeconds: number | null;
      readonly message: string | null;
    };

/** Tries the password of an operator for whoever asks from this address. */
export async function tryPassword(
  { access, throttle }: PasswordDoor,
  tried: { name: string; password: string; address: string },
): Promise<Tried> {
  const { name, password, address } = tried;
  const waitMs = throttle.waitMs(name, address);
  if (waitMs > 0) {
    // Not each of a flood: that would be one more thing to flood.
    if (throttle.tells(address)) await access.throttled(name, address);
    return {
      ok: false,
      status: 429,
      waitSeconds: Math.ceil(waitMs / 1000),
      message: `Too many tries. Try again in ${Math.ceil(waitMs / 60_000)} min.`,
    };
  }
  if (!throttle.enter(address))
    return { ok: false, status: 429, waitSeconds: 1, message: 'Too many tries at the same moment. Try again.' };
  const failures = throttle.failuresOf(address);
  // Counted before the answer is known, so that tries at the same moment count too.
  throttle.failed(name, address);
  try {
    const operator = await access.check(name, password, { address, failures });
    if (operator === null) return { ok: false, status: 401, waitSeconds: null, message: null };
    throttle.succeeded(name, address);
    return { ok: true, operator };
  } catch (error) {
    // Nobody's fault: a flood, or a ledger that is away, must not lock the operator out.
    throttle.withdraw(name, address);
    if (hasCode(error, 'sign-in-busy')) return { ok: false, status: 503, waitSeconds: 5, message: error.message };
    throw error;
  } finally {
    throttle.leave(address);
  }
}
