// Which of the kit's languages a recipient gets: lookup by RFC 4647, section 3.4. Never fails; a tag
// that is empty, malformed or not offered gets the fallback and says so.

export interface LocaleChoice {
  /** One of `supported` as it is spelled there, or the fallback. */
  readonly locale: string;
  /** True when nothing offered matched the tag. */
  readonly fallback: boolean;
}

/**
 * Finds the offered locale for a BCP 47 tag: the tag itself, then shorter and shorter forms of it
 * (`es-MX` → `es`). Case does not matter, `_` counts as `-`, and retired codes are known (`in` is `id`).
 */
export function lookupLocale(tag: string, supported: readonly string[], fallback: string): LocaleChoice {
  const wanted = canonical(tag);
  if (wanted === null) return { locale: fallback, fallback: true };
  const subtags = wanted.split('-');
  while (subtags.length > 0) {
    const range = subtags.join('-');
    const match = supported.find((offered) => (canonical(offered) ?? offered) === range);
    if (match !== undefined) return { locale: match, fallback: false };
    subtags.pop();
    // A single letter introduces what was just cut off (`-u-`, `-x-`), so it goes, too.
    if (subtags.at(-1)?.length === 1) subtags.pop();
  }
  return { locale: fallback, fallback: true };
}

function canonical(tag: string): string | null {
  const text = tag.trim().replaceAll('_', '-');
  // 35 characters are enough for any language tag (RFC 5646, 4.4.1); more is no tag.
  if (text === '' || text.length > 35) return null;
  try {
    return Intl.getCanonicalLocales(text)[0] ?? null;
  } catch {
    return null;
  }
}
