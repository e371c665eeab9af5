// What a recipient file holds, as `candor check` tells it.
import type { Audience } from './audience.ts';
import type { Category } from './category.ts';
import type { KitShown } from './kit.ts';

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

/** How a file was understood, for the person who knows what it means: numbers only, no cell. */
export interface FileFindings {
  /** As `--encoding` takes it. */
  readonly encoding: string;
  /** For people. */
  readonly encodingName: string;
  /** Valid rows of a file taken for Windows-1252 whose address holds letters outside ASCII: of another code page, they would be others. */
  readonly doubtfulAddresses: number;
  /**
   * Valid rows whose name is likely garbled: of such a file, by what hardly any Western name holds; of any, by what damage
   * leaves (Ã© for é, J?rgen, U+FFFD).
   */
  readonly doubtfulNames: number;
  /** Valid rows of a file that could be UTF-8 as well as the code page that a person named; else 0. */
  readonly rowsPerhapsUtf8: number;
  /** Valid rows that say affected, those that merge into another included. */
  readonly affectedRows: number;
  /** For each category column of the file: how many of them have it, and in how many it is a mark for nothing (`NULL`, `-`…). */
  readonly exposure: readonly { readonly category: Category; readonly rows: number; readonly markerRows: number }[];
  /** Valid rows that say unaffected and have a mark for nothing as a name, which a letter might print. */
  readonly unaffectedMarkedNames: number;
  /** Valid rows with a name that no letter prints, because it does not read as one (see `printableName`). */
  readonly unprintedNames: number;
  /** Valid rows whose address begins with an apostrophe or a grave accent, which hardly any mailbox has. */
  readonly quotedAddresses: number;
  /** Valid rows that lacked cells at their end, and were filled up. */
  readonly filledRows: number;
  /** Valid rows with one more empty cell at their end. */
  readonly extraCellRows: number;
}

/** Codes are stable; the list is open. */
export type FileWarningCode =
  | 'exposed'
  | 'exposed-for-everybody'
  | 'marks-for-nothing'
  | 'name-not-printed'
  | 'encoding-doubtful'
  | 'address-doubtful'
  | 'cells-missing'
  | 'cells-extra';

/** What a person should look at before a launch, though the file can be used. Messages never quote a cell. */
export interface FileWarning {
  readonly code: FileWarningCode;
  /** Canonical column name, or null when it is about rows as a whole. */
  readonly column: string | null;
  /** What was found and what to do. */
  readonly message: string;
  /** Valid rows that it is about, those that merge into another included. */
  readonly rows: number;
}

/** A check as people are shown it. */
export interface CheckedFile extends CheckReport {
  /** What a person should look at; absent where nobody looked, empty where nothing was found. */
  readonly warnings?: readonly FileWarning[];
  /** Whose languages counted; absent where no kit was asked. */
  readonly kit?: KitShown;
  /** No key of `check --json`; absent where nobody looked. */
  readonly findings?: FileFindings;
  /** Rows that were the first to disagree with an earlier one of their address about the audience, at most 100; absent like these. */
  readonly conflictRows?: readonly number[];
}

/** A check with what a launch has to have confirmed, and how the file was read. */
export interface RecipientCheck extends CheckedFile {
  readonly warnings: readonly FileWarning[];
  /** Canonical column name → number of the column, the first being 1. */
  readonly columnNumbers: Readonly<Record<string, number>>;
  /** Category columns that the file does not have: to be confirmed as "not exposed". */
  readonly missingCategories: readonly Category[];
  readonly encoding: string;
  /** One character. */
  readonly delimiter: string;
}
