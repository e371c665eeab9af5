// Log lines for a person: a terminal gets a sentence, a file or a collector gets the JSON as it is.
import { safeText } from './safe-text.ts';

const levelNames: Readonly<Record<number, string>> = {
  10: 'trace',
  20: 'debug',
  30: 'info',
  40: 'warning',
  50: 'error',
  60: 'fatal',
};
/** Said otherwise, or of no use to a person. */
const leftOut: ReadonlySet<string> = new Set(['level', 'time', 'msg', 'pid', 'hostname', 'name']);

interface LogEntry {
  readonly level?: number;
  readonly msg: string;
  readonly [field: string]: unknown;
}

/** A JSON log line as a sentence: `warning: the relay could not be used (stage connect, rule unreachable)`. Anything else stays as it is. */
export function readableLog(chunk: string): string {
  const entry = parse(chunk);
  if (entry === null) return chunk;
  const facts = Object.entries(entry).flatMap(([name, value]) => (leftOut.has(name) ? [] : fact(name, value)));
  const level = levelNames[entry.level ?? 0] ?? 'log';
  return `${safeText(`${level}: ${entry.msg}${facts.length > 0 ? ` (${facts.join(', ')})` : ''}`)}\n`;
}

function fact(name: string, value: unknown): string[] {
  if (value === null || value === undefined) return [];
  if (name === 'err' && typeof value === 'object') {
    const { code, name: kind } = value as { code?: string | number; name?: string };
    return [`${code ?? kind ?? 'error'}`];
  }
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? [`${name} ${value}`]
    : [];
}

function parse(chunk: string): LogEntry | null {
  try {
    const value: unknown = JSON.parse(chunk);
    return isEntry(value) ? value : null;
  } catch {
    return null;
  }
}

function isEntry(value: unknown): value is LogEntry {
  return typeof value === 'object' && value !== null && 'msg' in value && typeof value.msg === 'string';
}
