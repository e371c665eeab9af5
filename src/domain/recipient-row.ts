// One valid row of a recipient file: what intake hands to whoever keeps it.
import type { Audience } from './audience.ts';
import type { CategoryBits } from './category.ts';

/** One valid row. */
export interface RecipientRow {
  /** The spreadsheet's row number. */
  readonly row: number;
  /** As mail goes to it. */
  readonly address: string;
  /** Equal keys are the same address. */
  readonly key: string;
  readonly audience: Audience;
  readonly locale: string;
  /** True when the file names no locale that the kit offers. */
  readonly localeFallback: boolean;
  /** On one line; empty when there is none, or none fit to be printed (see `printableName`). */
  readonly name: string;
  /** Kinds of data that the row shows as exposed; none for an unaffected row. */
  readonly categories: CategoryBits;
}
