// What a recipient file holds, as `candor check` tells it.
import type { Audience } from './audience.ts';
import type { Category } from './category.ts';

/** One problem of one row. Messages never quote the value of a cell. */
export interface RowProblem {
  /** The spreadsheet's row number: the header is row 1. */
  readonly row: number;
  /** Canonical column name, or null when the row as a whole is at fault. */
  readonly column: string | null;
  readonly code: string;
  /** What is wrong and how to mend it. */
  readonly message: string;
}

/** Answer of `check --json`, key by key. rows = invalid + merged + notices. */
export interface CheckReport {
  readonly file: string;
  readonly sha256: string;
  readonly rows: number;
  readonly valid: number;
  readonly invalid: number;
  readonly merged: number;
  readonly conflicts: number;
  readonly notices: number;
  readonly audiences: Readonly<Record<Audience, number>>;
  readonly locales: Readonly<Record<string, number>>;
  readonly localeFallbacks: number;
  /** Canonical column name → the header as the file spells it. */
  readonly columns: Readonly<Record<string, string>>;
  readonly ignoredColumns: readonly string[];
  /** The first 100. */
  readonly problems: readonly RowProblem[];
}

/** A check with what a launch has to have confirmed, and how the file was read. */
export interface RecipientCheck extends CheckReport {
  /** Category columns that the file does not have: to be confirmed as "not exposed". */
  readonly missingCategories: readonly Category[];
  readonly encoding: 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252';
  /** One character. */
  readonly delimiter: string;
}
