// Numbers, rates, durations and times as a person reads them. Pure; the same in every locale, so that
// what is shown can be compared, searched and pasted back.
import type { KitShown } from '../domain/kit.ts';

const grouped = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

/** A count with thousands separators: `12,345`. */
export function count(value: number): string {
  return grouped.format(value);
}

/** A count with its noun: `1 notice`, `2,000 notices`. The plural is the noun with an s unless given. */
export function counted(value: number, noun: string, plural = `${noun}s`): string {
  return `${count(value)} ${value === 1 ? noun : plural}`;
}

/** Notices per second: two significant decimals below 1, one below 10, none above. */
export function rate(perSecond: number): string {
  const figure =
    perSecond === 0
      ? '0'
      : perSecond < 1
        ? trimmed(perSecond, 2)
        : perSecond < 10
          ? trimmed(perSecond, 1)
          : count(Math.round(perSecond));
  return `${figure}/s`;
}

/** A rate as a person set it: never rounded. */
export function exactRate(perSecond: number): string {
  return `${trimmed(perSecond, 3)}/s`;
}

/** A share of a whole in percent with one decimal, rounded down: 100 % means all of it and nothing less. */
export function percent(part: number, whole: number): string {
  if (part === whole) return '100 %';
  return `${(Math.floor((part / whole) * 1000) / 10).toFixed(1)} %`;
}

/** A duration in its two largest units: `0.4 s`, `42 s`, `3 min 20 s`, `2 h 5 min`, `3 d 4 h`. */
export function duration(seconds: number): string {
  if (seconds < 10) return `${trimmed(seconds, 1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return pair(whole, 60, 'min', 1, 's');
  if (whole < 86_400) return pair(whole, 3600, 'h', 60, 'min');
  return pair(whole, 86_400, 'd', 3600, 'h');
}

/** Time gone by as a running clock: `0:42`, `12:05`, `3:00:07`. */
export function stopwatch(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const minutes = Math.floor(whole / 60) % 60;
  const tail = `${pad2(minutes)}:${pad2(whole % 60)}`;
  const hours = Math.floor(whole / 3600);
  return hours > 0 ? `${hours}:${tail}` : tail.replace(/^0/, '');
}

/** A moment in UTC, to the second: `2026-01-31 09:30:00 UTC`. */
export function moment(at: Date): string {
  return `${at.toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/** The largest unit and what is left in the next one, carried so that `60 s` is never shown. */
function pair(whole: number, large: number, largeUnit: string, small: number, smallUnit: string): string {
  const inSmall = Math.round(whole / small);
  const perLarge = large / small;
  const rest = inSmall % perLarge;
  return `${Math.floor(inSmall / perLarge)} ${largeUnit}${rest === 0 ? '' : ` ${rest} ${smallUnit}`}`;
}

function pad2(value: number): string {
  return String(value).padStart(2, '0');
}

/** At most this many decimals, without trailing zeros, with thousands separators. */
function trimmed(value: number, decimals: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: decimals });
}

/** A kit by its id, its folder and the beginning of its digest, which a person can compare. */
export function kitText({ id, path, digest }: KitShown): string {
  return `${id}${path === null ? '' : ` in ${path}`} (digest ${digest.slice(0, 12)})`;
}

/** What to look at in the kit's letters before anybody gets one, a sentence each and what to do. */
export function kitFindingTexts({ findings = [] }: KitShown): string[] {
  return findings.map(({ file, message, remedy }) => `${file}: ${message} ${remedy}`);
}
