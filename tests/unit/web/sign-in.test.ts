// Links that work once and the sessions that they leave.
import { describe, expect, it } from 'vitest';
import { cookieValue, sessionIdleMs, SignIn } from '../../../src/web/sign-in.ts';

function signInAt(): { signIn: SignIn; pass: (ms: number) => void } {
  let now = 0;
  let next = 0;
  const signIn = new SignIn({ nowMs: () => now, randomBytes: (size) => Buffer.alloc(size, ++next) });
  return { signIn, pass: (ms) => (now += ms) };
}

describe('SignIn', () => {
  it('lets a link be used once', () => {
    const { signIn } = signInAt();
    const link = signIn.newLink();
    expect(signIn.useLink('guess')).toEqual({ ok: false, why: 'unknown' });
    const used = signIn.useLink(link);
    expect(used.ok && signIn.isSession(used.session)).toBe(true);
    expect(signIn.useLink(link)).toEqual({ ok: false, why: 'used' });
  });

  it('knows no link before one was made, and not the empty one', () => {
    const { signIn } = signInAt();
    expect(signIn.useLink('')).toEqual({ ok: false, why: 'unknown' });
    signIn.newLink();
    expect(signIn.useLink('')).toEqual({ ok: false, why: 'unknown' });
  });

  it('replaces a link that nobody used', () => {
    const { signIn } = signInAt();
    const first = signIn.newLink();
    const second = signIn.newLink();
    expect(signIn.useLink(first).ok).toBe(false);
    expect(signIn.useLink(second).ok).toBe(true);
  });

  it('does not take the link for the session, nor the other way round', () => {
    const { signIn } = signInAt();
    const link = signIn.newLink();
    const used = signIn.useLink(link);
    expect(signIn.isSession(link)).toBe(false);
    expect(used.ok && signIn.useLink(used.session).ok).toBe(false);
  });

  it('ends a session that was not used for long, and keeps one that is', () => {
    const { signIn, pass } = signInAt();
    const used = signIn.useLink(signIn.newLink());
    const session = used.ok ? used.session : '';
    pass(sessionIdleMs - 1);
    expect(signIn.isSession(session)).toBe(true);
    pass(sessionIdleMs - 1);
    expect(signIn.isSession(session)).toBe(true);
    pass(sessionIdleMs + 1);
    expect(signIn.isSession(session)).toBe(false);
  });
});

describe('cookieValue', () => {
  it.each([
    ['a=1; b=2', 'b', '2'],
    ['b=2', 'b', '2'],
    ['bb=2; ab=3', 'b', null],
    ['b', 'b', null],
    [undefined, 'b', null],
  ])('reads from %j the value of %j: %j', (header, name, value) => {
    expect(cookieValue(header, name)).toBe(value);
  });
});
