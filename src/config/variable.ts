// The form of a setting in the table of variables.ts.
import { z } from 'zod';
import type { Secrecy } from './mask.ts';
import type { Reading } from './reading.ts';

export const sections = ['Ledger and queue', 'Relay', 'Sender', 'Pace and retries', 'Console', 'This process'] as const;
export type Section = (typeof sections)[number];

/** A setting. */
export interface Variable<T, Fallback extends string | null> {
  readonly section: Section;
  /** Completes "expected …". */
  readonly expected: string;
  /** The default as it would be written; null: the variable has none. */
  readonly fallback: Fallback;
  /** Markdown: what stands in the default's place when there is no constant one. */
  readonly fallbackNote?: string;
  /** Other than `open`, the variable can also be given as `NAME_FILE`. */
  readonly secrecy: Secrecy;
  /** Markdown: what it is for. */
  readonly about: string;
  /** Set where control and invisible characters are no mistake. */
  readonly anyCharacter?: true;
  readonly schema: z.ZodType<T>;
}

/** An entry of the table, its types kept. */
export function variable<T, const Fallback extends string | null>(entry: Variable<T, Fallback>): Variable<T, Fallback> {
  return entry;
}

/** A schema that reads with a parser of ours and says its problem. */
export function reading<T>(parse: (text: string) => Reading<T>): z.ZodType<T> {
  return z.string().transform((text, context) => {
    const result = parse(text);
    if (result.ok) return result.value;
    context.addIssue({ code: 'custom', message: result.problem });
    return z.NEVER;
  });
}
