// Figures and times as the pages show them. Pure.
import { html, type Html } from './html.ts';

const grouped = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const oneDigit = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });
const everyDigit = new Intl.NumberFormat('en', { maximumFractionDigits: 9 });
const dayAndTime = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium', timeZone: 'UTC' });

/** `12,345`. */
export function count(value: number): string {
  return grouped.format(value);
}

/** `12,345`, and `0.4` as it is. */
export function numeral(value: number): string {
  return everyDigit.format(value);
}

/** `1 notice`, `2 notices`. */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/** Letters per second. */
export function pace(perSecond: number): string {
  return `${perSecond < 100 ? oneDigit.format(perSecond) : grouped.format(perSecond)}/s`;
}

/** Seconds in the largest two units: `2 h 5 min`, `48 s`. */
export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.round(whole / 60);
  if (minutes < 60)
    return whole % 60 === 0 || minutes >= 10 ? `${minutes} min` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** The share in whole percent; 100 only when it is all, 0 only when it is nothing. */
export function percent(part: number, whole: number): string {
  if (whole === 0 || part === 0) return '0 %';
  if (part === whole) return '100 %';
  return `${Math.min(99, Math.max(1, Math.round((part / whole) * 100)))} %`;
}

/** A moment in UTC. */
export function moment(at: Date): Html {
  return html`<time datetime="${at.toISOString()}">${dayAndTime.format(at)} UTC</time>`;
}
