// Counts, while rows pass by, how often each category column says "exposed", and how often with a cell that is
// nothing but a mark for nothing. One step of an array for a row; no cell is kept.
import { categories, categoriesOf, categoryBit, type Category, type CategoryBits } from '../domain/category.ts';
import type { FileFindings } from '../domain/check-report.ts';

export class ExposureTally {
  #affectedRows = 0;
  /** How many rows have each set of categories. */
  readonly #exposed = new Uint32Array(1 << categories.length);
  readonly #nothing = new Uint32Array(1 << categories.length);
  readonly #no = new Uint32Array(1 << categories.length);
  readonly #negative = new Uint32Array(1 << categories.length);
  #other: CategoryBits = 0;
  #unaffectedMarkedNames = 0;

  /**
   * Takes an affected row by what its cells hold: `exposed`, those that are not empty; of these `nothing`, marks for
   * nothing; `no`; `negative`, other words for no; `other`, what is neither such a mark nor a word for yes.
   */
  add(
    exposed: CategoryBits,
    nothing: CategoryBits,
    no: CategoryBits,
    negative: CategoryBits,
    other: CategoryBits,
  ): void {
    this.#affectedRows += 1;
    this.#exposed[exposed]! += 1;
    // Else the column does not answer yes or no.
    this.#other |= other;
    if (nothing !== 0) this.#nothing[nothing]! += 1;
    if (no !== 0) this.#no[no]! += 1;
    if (negative !== 0) this.#negative[negative]! += 1;
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
