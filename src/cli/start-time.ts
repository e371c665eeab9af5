// Reads the time of `--at`: an ISO 8601 moment with its zone, a local clock time, or a span from now. Pure.
//
// A span is counted from the launch, by the ledger's clock: on a machine whose clock is an hour behind, a moment made of
// it here would be past already.

import type { Start } from '../domain/start.ts';

/** Why a time was not taken; the text is for the person who typed it. */
export class BadStartTime extends Error {}

const iso = /^(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.\d{1,3})?)?(?:Z|[+-]\d{2}:?\d{2})$/i;
const isoWithoutZone = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?$/;
const clockTime = /^([01]?\d|2[0-3]):([0-5]\d)$/;
const span = /^in\s+((?:\d+(?:\.\d+)?\s*[a-z]+\s*)+)$/i;
const spanPart = /(\d+(?:\.\d+)?)\s*([a-z]+)/gi;

const unitMs: Readonly<Record<string, number>> = {
  s: 1000,
  sec: 1000,
  second: 1000,
  seconds: 1000,
  m: 60_000,
  min: 60_000,
  minute: 60_000,
  minutes: 60_000,
  h: 3_600_000,
  hour: 3_600_000,
  hours: 3_600_000,
  d: 86_400_000,
  day: 86_400_000,
  days: 86_400_000,
};

/** A launch further away than this is taken for a mistyped year. */
const farthestMs = 366 * 86_400_000;

/**
 * The start that the text names: the moment `2026-01-31T09:30+07:00` or `09:30` (the next time that the local clock
 * shows it), or the span `in 2h 30m`. Throws BadStartTime when it names none, one that is past or more than a year away, or
 * a clock time of a night in which it comes twice or not at all. `zone` is an IANA name; default: the machine's.
 */
export function startTime(text: string, now: Date, zone = localZone()): Start {
  const trimmed = text.trim();
  const inMs = fromSpan(trimmed);
  const at =
    inMs === null
      ? (fromIso(trimmed) ?? fromClock(trimmed, now, zone))
      : new Date(now.getTime() + Math.min(inMs, 2 * farthestMs));
  if (at === null) {
    if (isoWithoutZone.test(trimmed))
      throw new BadStartTime('Say which zone it is in: add Z for UTC, or an offset such as +07:00.');
    throw new BadStartTime('Use a time such as 2026-01-31T09:30+07:00, 09:30 (local clock) or "in 2h".');
  }
  if (at.getTime() <= now.getTime()) throw new BadStartTime('It is in the past. Leave --at out to start now.');
  if (at.getTime() - now.getTime() > farthestMs) throw new BadStartTime('It is more than a year away.');
  return inMs === null ? at : { inMs };
}

function fromIso(text: string): Date | null {
  const match = iso.exec(text);
  if (match === null) return null;
  const [, year, month, day, hour, minute, second] = match.map(Number);
  const calendar = new Date(
    Date.UTC(year ?? 0, (month ?? 1) - 1, day, hour, minute, Number.isNaN(second) ? 0 : second),
  );
  // Date.parse takes 31 February for 3 March; a day that does not exist is a typing error.
  const exists =
    calendar.getUTCMonth() === (month ?? 0) - 1 && calendar.getUTCDate() === day && calendar.getUTCHours() === hour;
  const at = new Date(text.replace(' ', 'T').replace(/([+-]\d{2})(\d{2})$/, '$1:$2'));
  if (!exists || Number.isNaN(at.getTime())) throw new BadStartTime('There is no such day or time.');
  return at;
}

/** A clock time of today or tomorrow, whichever comes next. */
function fromClock(text: string, now: Date, zone: string): Date | null {
  const match = clockTime.exec(text);
  if (match === null) return null;
  const clock = `${(match[1] ?? '').padStart(2, '0')}:${match[2]}`;
  const today = localTime(now, zone).slice(0, 10);
  for (const date of [today, nextDate(today)]) {
    // The two offsets of a night in which the clocks are set, the same one otherwise.
    const offsets = [-dayMs, dayMs].map((by) => offsetMs(new Date(utcOf(date, clock) + by), zone));
    const moments = [...new Set(offsets)].map((offset) => new Date(utcOf(date, clock) - offset));
    const shown = moments.filter((moment) => localTime(moment, zone) === `${date}T${clock}`);
    const ahead = shown.filter((moment) => moment.getTime() > now.getTime());
    if (ahead.length > 1) throw new BadStartTime(twice(clock, date, ahead, zone));
    if (ahead[0] !== undefined) return ahead[0];
    if (shown.length === 0 && Math.max(...moments.map(Number)) > now.getTime())
      throw new BadStartTime(never(clock, date, moments, zone));
  }
  return null;
}

function twice(clock: string, date: string, moments: readonly Date[], zone: string): string {
  return `The clocks are set back, and ${clock} comes twice on ${date}. Say which: ${either(moments, zone)}.`;
}

function never(clock: string, date: string, moments: readonly Date[], zone: string): string {
  return `The clocks are set forward, and there is no ${clock} on ${date}. Say which: ${either(moments, zone)}.`;
}

/** The moments as `--at` takes them, the earlier first. */
function either(moments: readonly Date[], zone: string): string {
  return moments
    .toSorted((a, b) => a.getTime() - b.getTime())
    .map((moment) => `${localTime(moment, zone)}${offsetText(offsetMs(moment, zone))}`)
    .join(' or ');
}

const dayMs = 86_400_000;

function localZone(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone;
}

function nextDate(date: string): string {
  return new Date(Date.parse(`${date}T00:00Z`) + dayMs).toISOString().slice(0, 10);
}

/** The moment at which a clock in Greenwich shows this. */
function utcOf(date: string, clock: string): number {
  return Date.parse(`${date}T${clock}Z`);
}

/** What the zone's clocks show at the moment: `2026-10-25T02:30`. */
function localTime(moment: Date, zone: string): string {
  return new Date(moment.getTime() + offsetMs(moment, zone)).toISOString().slice(0, 16);
}

/** How far the zone's clocks are ahead of UTC at the moment; to the minute, as `--at` takes it. */
function offsetMs(moment: Date, zone: string): number {
  const name = new Intl.DateTimeFormat('en', { timeZone: zone, timeZoneName: 'longOffset' })
    .formatToParts(moment)
    .find((part) => part.type === 'timeZoneName')?.value;
  const [, sign, hours, minutes] = /^GMT([+-])(\d{2}):(\d{2})/.exec(name ?? '') ?? [];
  return hours === undefined ? 0 : (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
}

function offsetText(ms: number): string {
  const minutes = Math.abs(ms) / 60_000;
  const two = (value: number): string => String(Math.floor(value)).padStart(2, '0');
  return `${ms < 0 ? '-' : '+'}${two(minutes / 60)}:${two(minutes % 60)}`;
}

function fromSpan(text: string): number | null {
  const match = span.exec(text);
  if (match === null) return null;
  let ms = 0;
  for (const [, amount, unit] of (match[1] ?? '').matchAll(spanPart)) {
    const each = unitMs[(unit ?? '').toLowerCase()];
    if (each === undefined) throw new BadStartTime(`"${unit}" is not a unit of time; use s, m, h or d.`);
    ms += Number(amount) * each;
  }
  return ms;
}
