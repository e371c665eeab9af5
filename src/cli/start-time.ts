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
 * shows it), or the span `in 2h 30m`. Throws BadStartTime when it names none, or one that is past or more than a year away.
 */
export function startTime(text: string, now: Date): Start {
  const trimmed = text.trim();
  const inMs = fromSpan(trimmed);
  const at =
    inMs === null
      ? (fromIso(trimmed) ?? fromClock(trimmed, now))
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

function fromClock(text: string, now: Date): Date | null {
  const match = clockTime.exec(text);
  if (match === null) return null;
  const at = new Date(now);
  at.setHours(Number(match[1]), Number(match[2]), 0, 0);
  if (at.getTime() <= now.getTime()) at.setDate(at.getDate() + 1);
  return at;
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
