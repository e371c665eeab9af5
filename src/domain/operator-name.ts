// When two names mean the same operator. Pure.

/**
 * What names are compared by: NFKC, lower case of no language in particular. A database folds case by its own locale
 * (`İ` is `i` to some), so that several spellings would reach one operator and each have tries of its own.
 */
export function canonicalOperatorName(name: string): string {
  return name.normalize('NFKC').toLowerCase().normalize('NFKC');
}
