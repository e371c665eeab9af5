// Reads the values of flags and arguments. Each reader throws commander's InvalidArgumentError with what
// was expected, and refuses a flag that is given twice: nobody can say which one was meant. Pure.
import { InvalidArgumentError } from 'commander';
import { canonicalDomain } from '../domain/address.ts';
import { audiences, type Audience } from '../domain/audience.ts';
import { codePages, encodingNamed, type EncodingName } from '../domain/encoding.ts';
import type { Start } from '../domain/start.ts';
import { noticeStateRows, noticeStates, type NoticeState } from '../domain/notice-state.ts';
import { BadStartTime, startTime } from './start-time.ts';

/** A reader as commander calls it: with the value and, for a repeated flag, what was read before. */
export type Read<T> = (value: string, previous: T | undefined) => T;

/** Wraps a reader so that the flag may stand only once. */
export function once<T>(read: (value: string) => T): Read<T> {
  return (value, previous) => {
    if (previous !== undefined) throw new InvalidArgumentError('It is given twice.');
    return read(value);
  };
}

/** Wraps a reader so that the flag may be repeated; answers every value, in their order. */
export function each<T>(read: (value: string) => T): Read<readonly T[]> {
  return (value, previous = []) => [...previous, read(value)];
}

/** Any text that is not empty and is not another flag (`--kit --yes` has forgotten the kit). */
export function text(value: string): string {
  if (value.trim() === '') throw new InvalidArgumentError('It must not be empty.');
  if (/^-./.test(value))
    throw new InvalidArgumentError(`It looks like another flag. For a name that starts with a dash, write ./${value}.`);
  return value;
}

/** A whole number from `least` up; thousands separators are taken as people paste them. */
export function wholeNumber(least: number): (value: string) => number {
  return (value) => {
    const digits = /^\d{1,3}(?:,\d{3})+$/.test(value) ? value.replaceAll(',', '') : value;
    if (!/^\d{1,12}$/.test(digits) || Number(digits) < least) {
      throw new InvalidArgumentError(`It must be a whole number${least > 0 ? `, ${least} or more` : ''}.`);
    }
    return Number(digits);
  };
}

/** Notices per second: above 0, at most 100,000, up to three decimals (0.5 is one every two seconds). */
export function perSecond(value: string): number {
  const number = /^\d{1,6}(?:\.\d{1,3})?$/.test(value) ? Number(value) : Number.NaN;
  if (!(number > 0) || number > 100_000) {
    throw new InvalidArgumentError(
      'It must be notices per second, above 0 and at most 100,000: 20, or 0.5 for one every two seconds.',
    );
  }
  return number;
}

/** A domain as in an address; answered in its A-label form. */
export function domainName(value: string): string {
  const domain = canonicalDomain(value.trim());
  if (domain === null) throw new InvalidArgumentError('It must be a domain, such as example.com.');
  return domain;
}

/** The moment of `--at`; see start-time.ts. */
export function startAt(now: () => Date): (value: string) => Start {
  return (value) => {
    try {
      return startTime(value, now());
    } catch (error) {
      if (error instanceof BadStartTime) throw new InvalidArgumentError(error.message);
      throw error;
    }
  };
}

/** `affected` or `unaffected`. */
export function audience(value: string): Audience {
  const found = audiences.find((each) => each === value.toLowerCase());
  if (found === undefined) throw new InvalidArgumentError(`It must be ${audiences.join(' or ')}.`);
  return found;
}

/** The encoding of a file, by any of its usual names. */
export function encoding(value: string): EncodingName {
  const found = encodingNamed(value);
  if (found === null) throw new InvalidArgumentError(`It must be one of ${Object.keys(codePages).join(', ')}.`);
  return found;
}

/** States of notices, separated by commas; the flag may be repeated. Any state will do for an export. */
export function states(value: string, previous: readonly NoticeState[] | undefined): readonly NoticeState[] {
  const read = value.split(',').map((name) => {
    const found = noticeStates.find((state) => state === name.trim().toLowerCase());
    if (found === undefined) throw new InvalidArgumentError(`The states are ${noticeStates.join(', ')}.`);
    return found;
  });
  return [...new Set([...(previous ?? []), ...read])];
}

/** States that a re-send may take notices from. */
export function resendStates(value: string, previous: readonly NoticeState[] | undefined): readonly NoticeState[] {
  const read = states(value, previous);
  const stuck = read.find((state) => noticeStateRows[state].resend === 'never');
  if (stuck === 'accepted')
    throw new InvalidArgumentError(
      'An accepted notice is never sent again. To tell the same people more, send a follow-up campaign.',
    );
  if (stuck !== undefined)
    throw new InvalidArgumentError(
      `A notice that is ${stuck} is still being worked on; only settled ones can be sent again.`,
    );
  return read;
}

/** A reply code or an enhanced code, or how it begins: `550`, `55`, `5.1.1`, `5.1`. */
export function replyCode(value: string): string {
  if (!/^[2-5](?:\d{0,2}|\.\d{1,3}(?:\.\d{0,3})?|\.)$/.test(value)) {
    throw new InvalidArgumentError('It must be a reply code or how it begins: 550, 55, 5.1.1 or 5.1.');
  }
  return value;
}

/** The name that the event log keeps: 1 to 100 characters, no control characters. */
export function actor(value: string): string {
  if (!/^[^\p{C}]{1,100}$/u.test(value) || value.trim() === '')
    throw new InvalidArgumentError('It must be a name of 1 to 100 printable characters.');
  return value.trim();
}
