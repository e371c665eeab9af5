// Counts, while rows pass by, how often each category column says "exposed", and how often with a cell that is
// nothing but what a database writes for nothing. One step of an array for a row; no cell is kept.
import { categories, categoriesOf, type Category, type CategoryBits } from '../domain/category.ts';
import type { FileFindings } from '../domain/check-report.ts';

/** In lower case. Such a cell counts as exposed like any other, because a city may be called No; a person decides. */
const markers: ReadonlySet<string> = new Set(['null', '\\n', 'nan', 'none', 'n/a', '-', '0', 'false', 'no']);
const longestMarker = 5;
/** What a marker begins with: nearly every cell is told apart by its length or its first character. */
const firstCodes: ReadonlySet<number> = new Set(
  [...markers].flatMap((marker) => [marker.charCodeAt(0), marker.toUpperCase().charCodeAt(0)]),
);

/** True when the cell is nothing but a mark for nothing. */
export function isEmptyMarker(cell: string): boolean {
  return cell.length <= longestMarker && firstCodes.has(cell.charCodeAt(0)) && markers.has(cell.toLowerCase());
}

export class ExposureTally {
  #affectedRows = 0;
  /** How many rows have each set of categories. */
  readonly #sets = new Uint32Array(1 << categories.length);
  readonly #marked = new Uint32Array(1 << categories.length);

  /** Takes an affected row; `marked` are those of its categories whose cell is a mark for nothing. */
  add(exposed: CategoryBits, marked: CategoryBits): void {
    this.#affectedRows += 1;
    this.#sets[exposed]! += 1;
    if (marked !== 0) this.#marked[marked]! += 1;
  }

  /** The account for the columns that the file has. */
  totals(columns: Readonly<Record<string, string>>): Pick<FileFindings, 'affectedRows' | 'exposure'> {
    const rows = sums(this.#sets);
    const markerRows = sums(this.#marked);
    const exposure = categories
      .filter((category) => category in columns)
      .map((category) => ({ category, rows: rows.get(category) ?? 0, markerRows: markerRows.get(category) ?? 0 }));
    return { affectedRows: this.#affectedRows, exposure };
  }
}

function sums(sets: Uint32Array): Map<Category, number> {
  const sum = new Map<Category, number>();
  sets.forEach((rows, bits) => {
    if (rows > 0) for (const category of categoriesOf(bits)) sum.set(category, (sum.get(category) ?? 0) + rows);
  });
  return sum;
}
