// Which notice a row of a file belongs to: what its person would get. Reads the file twice with the memory
// of a batch, because the other rows of the same address may stand anywhere.
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Audience } from '../domain/audience.ts';
import type { CategoryBits } from '../domain/category.ts';
import type { RowProblem } from '../domain/check-report.ts';
import type { RecipientRow } from '../domain/recipient-row.ts';
import { readRecipientFile, type ReadOptions } from '../intake/read-recipient-file.ts';
import type { RecipientSource } from '../intake/recipient-source.ts';

export type RowLetter =
  | { readonly kind: 'none' }
  | { readonly kind: 'invalid'; readonly problems: readonly RowProblem[] }
  | {
      readonly kind: 'notice';
      readonly address: string;
      readonly audience: Audience;
      readonly locale: string;
      readonly categories: CategoryBits;
      /** Rows of the same address, in order; the first hundred. */
      readonly rows: readonly number[];
      /** The rows disagree about the audience; `affected` has won. */
      readonly conflict: boolean;
    };

const shownRows = 100;

/** Finds the notice of a row by its spreadsheet number. `none`: the row is blank, the header, or beyond the end. */
export async function letterOfRow(source: RecipientSource, options: ReadOptions, row: number): Promise<RowLetter> {
  const found = await findRow(source, options, row);
  if (found === null) return { kind: 'none' };
  if ('problems' in found) return { kind: 'invalid', problems: found.problems };
  const rows: number[] = [];
  let [affected, unaffected, categories] = [false, false, 0];
  let first: RecipientRow | null = null;
  const file = readRecipientFile(source.open(), options);
  for await (const { recipients } of file) {
    for (const recipient of recipients) {
      if (recipient.key !== found.key) continue;
      first ??= recipient;
      if (rows.length < shownRows) rows.push(recipient.row);
      if (recipient.audience === 'affected') {
        affected = true;
        categories |= recipient.categories;
      } else unaffected = true;
    }
    await nextTurn();
  }
  const { address, locale } = first ?? found;
  return {
    kind: 'notice',
    address,
    locale,
    audience: affected ? 'affected' : 'unaffected',
    categories,
    rows,
    conflict: affected && unaffected,
  };
}

async function findRow(
  source: RecipientSource,
  options: ReadOptions,
  row: number,
): Promise<RecipientRow | { problems: readonly RowProblem[] } | null> {
  const file = readRecipientFile(source.open(), options);
  try {
    for await (const { recipients, invalid } of file) {
      const found = recipients.find((one) => one.row === row) ?? invalid.find((one) => one.row === row);
      if (found !== undefined) return found;
      if (
        Math.max(recipients.at(-1)?.row ?? 0, invalid.at(-1)?.row ?? 0) > row &&
        Math.min(recipients.at(-1)?.row ?? Infinity, invalid.at(-1)?.row ?? Infinity) > row
      )
        return null;
      await nextTurn();
    }
    return null;
  } finally {
    await file.close();
  }
}
