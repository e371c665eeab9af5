// The kinds of data that a recipient file can say were exposed. Intake keeps one bit for each
// (non-empty cell = yes) and no value; the letter names the kinds whose bit is set.

/** Order is the bit order in the ledger: append only, never reorder. */
export const categories = [
  'name',
  'organization_id',
  'user_id',
  'city',
  'region',
  'country',
  'os',
  'browser',
  'referrer',
] as const;

export type Category = (typeof categories)[number];

/** A set of categories as bits: bit n stands for `categories[n]`. */
export type CategoryBits = number;

/** The bit of one category. */
export function categoryBit(category: Category): CategoryBits {
  return 1 << categories.indexOf(category);
}

const names = new Map<CategoryBits, string>();

/** The names of a set in one word, for records that outlive the order of the bits. There are 512 sets. */
export function categoryNames(bits: CategoryBits): string {
  const known = names.get(bits);
  if (known !== undefined) return known;
  const named = categoriesOf(bits).join(',');
  names.set(bits, named);
  return named;
}

/** The categories of a set, in the order of the table above. */
export function categoriesOf(bits: CategoryBits): Category[] {
  return categories.filter((_, index) => (bits & (1 << index)) !== 0);
}
