// Counts, while rows pass by, how often each category column says "exposed", and how often with a cell that is
// nothing but a mark for nothing. One step of an array for a row; no cell is kept.
import { categories, categoriesOf, categoryBit, type Category, type CategoryBits } from '../domain/category.ts';
import type { FileFindings } from '../domain/check-report.ts';

/** The categories of one row, by what their cells hold. */
export interface RowExposure {
  /** Not empty: exposed. */
  exposed: CategoryBits;
  /** Of these, marks for nothing. */
  nothing: CategoryBits;
  /** Of these, `no`. */
  no: CategoryBits;
  /** Of these, other words for no. */
  negative: CategoryBits;
  /** Of these, cells that are neither such a mark nor a word for yes: their column does not answer yes or no. */
  other: CategoryBits;
}

export class ExposureTally {
  #affectedRows = 0;
  /** How many rows have each set of categories. */
  readonly #exposed = new Uint32Array(1 << categories.length);
  readonly #nothing = new Uint32Array(1 << categories.length);
  readonly #no = new Uint32Array(1 << categories.length);
  readonly #negative = new Uint32Array(1 << categories.length);
  #other: CategoryBits = 0;
  #unaffectedMarkedNames = 0;

  /** Takes an affected row. */
  add(row: RowExposure): void {
    this.#affectedRows += 1;
    this.#exposed[row.exposed]! += 1;
    this.#other |= row.other;
    if (row.nothing !== 0) this.#nothing[row.nothing]! += 1;
    if (row.no !== 0) this.#no[row.no]! += 1;
    if (row.negative !== 0) this.#negative[row.negative]! += 1;
  }

  /** Takes an unaffected row whose name is a mark for nothing. */
  addMarkedName(): void {
    this.#unaffectedMarkedNames += 1;
  }

  /** The account for the columns that the file has. */
  totals(
    columns: Readonly<Record<string, unknown>>,
  ): Pick<FileFindings, 'affectedRows' | 'exposure' | 'unaffectedMarkedNames'> {
    const [exposed, nothing, no, negative] = [this.#exposed, this.#nothing, this.#no, this.#negative].map(sums);
    const exposure = categories
      .filter((category) => category in columns)
      .map((category) => {
        const yesOrNo = (this.#other & categoryBit(category)) === 0;
        const markerRows =
          nothing!.get(category)! +
          // NO is Norway.
          (yesOrNo || category !== 'country' ? no!.get(category)! : 0) +
          (yesOrNo ? negative!.get(category)! : 0);
        return { category, rows: exposed!.get(category)!, markerRows };
      });
    return { affectedRows: this.#affectedRows, exposure, unaffectedMarkedNames: this.#unaffectedMarkedNames };
  }
}

function sums(sets: Uint32Array): Map<Category, number> {
  const sum = new Map<Category, number>(categories.map((category) => [category, 0]));
  sets.forEach((rows, bits) => {
    if (rows > 0) for (const category of categoriesOf(bits)) sum.set(category, sum.get(category)! + rows);
  });
  return sum;
}
