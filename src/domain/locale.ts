// Which of the kit's languages a recipient gets: lookup by RFC 4647, section 3.4. Never fails; a tag
// that is empty, malformed or not offered gets the fallback and says so.

export interface LocaleChoice {
  /** One of `supported` as it is spelled there, or the fallback. */
  readonly locale: string;
  /** True when nothing offered matched the tag. */
  readonly fallback: boolean;
}

/** Longer cells hold no list of languages. */
const longestList = 1_000;
/** What a person has set besides: the ranges behind it are not wanted any more. */
const mostRanges = 20;

/**
 * Finds the offered locale for a BCP 47 tag: the tag itself, then shorter and shorter forms of it
 * (`es-MX` → `es`). Case does not matter, `_` counts as `-`, and retired codes are known (`in` is `id`).
 * Names of POSIX locales (`es_ES.UTF-8`, `ca_ES@valencia`) and lists in the order or with the weights of
 * Accept-Language (RFC 9110, section 12.5.4: `es-ES,es;q=0.9`) are read as what they mean: the first that is offered.
 */
export function lookupLocale(tag: string, supported: readonly string[], fallback: string): LocaleChoice {
  if (tag.length <= longestList) {
    for (const range of rangesOf(tag)) {
      const match = lookUp(range, supported);
      if (match !== undefined) return { locale: match, fallback: false };
    }
  }
  return { locale: fallback, fallback: true };
}

/** The ranges of a list, what is wanted most first; those of one weight in their order. */
function rangesOf(list: string): string[] {
  if (!/[,;:]/.test(list)) return [list];
  return list
    .split(/[,:]/)
    .flatMap((part) => {
      const pieces = part.split(';').map((piece) => piece.trim());
      const stated = pieces
        .map((piece) => /^q\s*=\s*([\d.]+)$/i.exec(piece)?.[1])
        .find((weight) => weight !== undefined);
      const weight = stated === undefined ? 1 : Number(stated);
      return pieces.flatMap((range) => (range === '' || range.includes('=') ? [] : [{ range, weight }]));
    })
    .slice(0, mostRanges)
    .filter(({ weight }) => weight > 0)
    .toSorted((one, other) => other.weight - one.weight)
    .map(({ range }) => range);
}

function lookUp(tag: string, supported: readonly string[]): string | undefined {
  const wanted = canonical(tag);
  if (wanted === null) return undefined;
  const subtags = wanted.split('-');
  while (subtags.length > 0) {
    const range = subtags.join('-');
    const match = supported.find((offered) => (canonical(offered) ?? offered) === range);
    if (match !== undefined) return match;
    subtags.pop();
    // A single letter introduces what was just cut off (`-u-`, `-x-`), so it goes, too.
    if (subtags.at(-1)?.length === 1) subtags.pop();
  }
  return undefined;
}

function canonical(tag: string): string | null {
  // Without the character set and the modifier of a POSIX locale.
  const text = tag
    .trim()
    .replace(/^([\w-]+)[.@][\w.@-]*$/, '$1')
    .replaceAll('_', '-');
  // 35 characters are enough for any language tag (RFC 5646, 4.4.1); more is no tag.
  if (text === '' || text.length > 35) return null;
  try {
    return Intl.getCanonicalLocales(text)[0] ?? null;
  } catch {
    return null;
  }
}
