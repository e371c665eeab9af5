// Whether text that was read as Windows-1252 is likely to be that. Pure. Octets of another code page make letters of it,
// too: Иван becomes Èâàí, Zieliński Zieliñski, Jürgen of a Macintosh JŸrgen. What gives them away is where these letters
// stand: symbols within words, capitals in their middle, runs of accented letters, and letters in places where no
// language of Western Europe has them. ADR 0026 says why no detector is asked. What is not promised: a single name may
// pass, such as Novotný, which both code pages spell alike.

/** Pairs and longer runs of accented letters that these languages do have, in lower case. */
const runs: ReadonlySet<string> = new Set(
  (
    'çã çõ ãç öß üß äß ää öö üü õõ õü äö öä üä äü éé éê êé éè ëï ïé ïè éï éô áñ éñ íñ óñ úñ ñí ñó ñé ñá ñú ñü çó çú çé çá çí çà çò ' +
    'åø øå æø øæ åå øø æå ðþ þó þú þö þí þá þý þé áð íð óð úð ýð æð öð éð ðí ðá ðý ðú ðó ðæ ðö æþ æþó ýþ áþ óþ öþ úþ áí íá aó óá áé ' +
    'àï íü óü òï èï ìò ãí éâ âé íã'
  ).split(' '),
);
/** Behind a no-break space a name goes on with a capital, or with one of these. */
const particles =
  /\u00a0(?!(?:de|da|di|do|du|del|dell|della|des|dos|das|den|der|la|le|las|los|van|von|vom|zu|zur|af|av|och|og|und|et|e|y|i|bin|ibn|al|el|ten|ter|te|af|på|til|ap|ab)\b)[\p{Ll}¡-¿]/u;
/** Marks that may only begin a word, and such that may only end one. */
const openers = '„‚«‹¿¡»›“‘';
const closers = '“”’»›«‹…ªº°®™©';
const letter = /[\p{Lu}\p{Ll}]/u;

/** Most names: between and behind ASCII single letters that stand anywhere. A check of 300,000 rows took 1.65 s of CPU without this and the like, 1.31 s with it (2026-12). */
const plainlyWestern = /^(?:[ -~]|[éöüóúôåäâ](?![^ -~])|ñ(?=[aeiou]))*$/;

/** False when the text holds something that hardly any Western text does. Text of ASCII only is Western. */
export function looksWestern(text: string): boolean {
  if (plainlyWestern.test(text)) return true;
  if (particles.test(text)) return false;
  const cell = text.toLowerCase();
  for (const [word] of text.matchAll(/[^\s\0-&(-,./:-@[-`{-~]+/g)) {
    if (/[^\0-\x7f]/.test(word) && !isWesternWord(word, cell)) return false;
  }
  return true;
}

function isWesternWord(word: string, cell: string): boolean {
  const lower = word.toLowerCase();
  for (const [run] of lower.matchAll(/[µß-öø-ÿœƒ]{2,}/g)) if (!runs.has(run)) return false;
  return [...word].every((char, index) => char < '\u0080' || fits(index, word, lower, cell));
}

function fits(index: number, word: string, lower: string, cell: string): boolean {
  const char = word[index]!;
  const before = word[index - 1] ?? '';
  const after = word[index + 1] ?? '';
  if (!isLetter(char))
    return isLetter(before) && isLetter(after) ? joins(char, before, after) : stands(char, before, after, cell);
  // A capital within a word of small letters.
  if (!isLower(char) && (isLower(before) || (isLetter(before) && isLower(after)))) return false;
  const previous = isLetter(before) ? lower[index - 1]! : '';
  const next = isLetter(after) ? lower[index + 1]! : '';
  const place = places[lower[index]!];
  return place === undefined || place({ previous, next, third: lower[index + 2] ?? '', cell });
}

/** Between letters: apostrophes as in O’Neil, hyphens between names, the middle dot of Catalan, soft hyphens. */
function joins(char: string, before: string, after: string): boolean {
  if (char === '·') return before.toLowerCase() === 'l' && after.toLowerCase() === 'l';
  if (char === '’' || char === '´')
    return !isLower(after) || (!/^[bcdfgjklmpqrvwxz]$/.test(after) && !isLower(before)) || /^[stn]$/.test(after);
  return char === '\u00ad' || ((char === '–' || char === '—') && !isLower(after));
}

/** At an end of a word, or away from letters. */
function stands(char: string, before: string, after: string, cell: string): boolean {
  if (char === 'ª' || char === 'º') return !isLetter(after) && /^[MNnaoºª\dDSrJ.]$/.test(before);
  if (char === '“' && isLetter(before)) return cell.includes('„') || cell.includes('‚');
  if ('–—·´\u00ad'.includes(char)) return !isLower(after) && (!isLetter(before) || char === '´');
  if (isLetter(after)) return openers.includes(char);
  if (isLetter(before)) return closers.includes(char);
  return openers.includes(char) || closers.includes(char);
}

interface Place {
  /** The neighbours in lower case; empty where none is a letter. */
  readonly previous: string;
  readonly next: string;
  readonly third: string;
  /** All of it in lower case. */
  readonly cell: string;
}

const vowel = /^[aeiouyáàâäãåæéèêëíìîïóòôöõøúùûüý]$/;
const consonant = /^[b-df-hj-np-tv-xz]$/;
const accented = /^[áéíóúýàèìòù]$/;

/**
 * Where a letter stands in languages of Western Europe, for those that other code pages have in place of letters of
 * their own (Windows-1250, ISO 8859-2, Windows-1254 and 1257, DOS, Macintosh). Each rule tells that page's languages apart.
 */
const places: Readonly<Record<string, (place: Place) => boolean>> = {
  // ß of DOS: Fuá.
  á: ({ previous, next }) => !(previous === 'u' && next === ''),
  // Ķ: Íuze.
  í: ({ previous, next }) => previous !== '' || !vowel.test(next),
  // ī: Rîdzenieks. French has it before t, l, m, n, c.
  î: ({ next }) => !/^[bdgkpvz]$/.test(next),
  // ę: Jêdrzej, Go³êbiowski.
  ê: ({ next }) => !/^[bdkzhfw]$/.test(next),
  // ń: Zieliñski. Spanish writes it before a vowel.
  ñ: ({ next }) => vowel.test(next),
  // ć: Petroviæ. Nordic words have it behind consonants.
  æ: ({ previous, next }) =>
    !/^[iouaey]$/.test(previous) && !(next === '' && previous !== '' && !/^[nskrft]$/.test(previous)),
  // ś: Wiœniewski, Œliwa. French has it behind consonants, before u, i, d, s, t, n, c, l.
  œ: ({ previous, next, third }) =>
    !/^[aeiouy]$/.test(previous) && (previous !== '' || /^[uideso]$/.test(next)) && !/^[cl][^ui]$/.test(next + third),
  // ě: Nìmec. Italian has it at the end.
  ì: ({ next, cell }) => next === '' || (/^[cnosd]$/.test(next) && cell.length < 12 && !/[kvøèzšžáíýùj]/.test(cell)),
  // č: Kuèera, Kováè, Èerný.
  è: ({ previous, next }) => !vowel.test(next) && !/^[aáéíýìy]$/.test(previous),
  // ř: Dvoøák, Jiøí, Køížek, Ondøej.
  ø: ({ previous, next, third }) =>
    !vowel.test(previous) && !accented.test(next) && !/^[aou]$/.test(next) && !(next === 'e' && third === 'j'),
  // ň, ņ: Kalniòa.
  ò: ({ previous, next }) => next === '' || !vowel.test(previous),
  // ů: Rùžena.
  ù: ({ next }) => next === '',
  // ď: Ïurica. French and Dutch have it behind a vowel.
  ï: ({ previous }) => vowel.test(previous),
  // ő: Szõke. Portuguese has õe, Estonian none of these letters.
  õ: ({ next, cell }) => next === 'e' || !/[czywqxáéíóúûâêç]/.test(cell),
  // ű, ū: Szûcs, Ðarûnas. French has it before t, l, r, m, ch.
  û: ({ previous, next, third, cell }) =>
    previous !== '' &&
    !/[áíóõöþð]/.test(cell) &&
    (/^[tlrme]$/.test(next) || (next === 'c' && third === 'h') || (next === '' && /^[dcrmt]$/.test(previous))),
  // ă: Bãlan. Portuguese has it before o, e and i, and at the end.
  ã: ({ next, third }) => next === '' || /^[oei]$/.test(next) || (next === 's' && third === ''),
  // ţ, ş, ž: Ionuþ, Ayþe. Icelandic has it at the start of a part of a word.
  þ: ({ previous, next, cell }) =>
    next !== '' && !/[zcwqüäåøñçãõêèëïûì]/.test(cell) && (previous === '' || /^[óöúrjvy]$/.test(next)),
  // đ, ğ, š: Ðuriæ, Oðuz, Ðarûnas. Icelandic has it within and at the end, and none of these letters.
  ð: ({ previous, cell }) => previous !== '' && !/[zcwqüäåøñçãõêèëïûò]/.test(cell),
  // ı: Yýlmaz.
  ý: ({ previous, cell }) => !vowel.test(previous) && !/[çüþ]/.test(cell),
  // ē of Latvian.
  ç: ({ next }) => next === '' || vowel.test(next),
  ß: ({ previous }) => previous !== '',
  // ė: Jûratë.
  ë: ({ previous, cell }) => !(consonant.test(previous) && /[ûðþìà]/.test(cell)),
  // ö of a Macintosh: Bjšrn; ě of one: Zdenžk.
  š: ({ previous, next }) => !consonant.test(previous) || next === '' || vowel.test(next),
  ž: ({ previous, next }) => !consonant.test(previous) || next === '' || vowel.test(next),
  ƒ: () => false,
  µ: () => false,
  // ź, ü of a Macintosh.
  ÿ: ({ previous, next }) => next === '' && /^[aeou]$/.test(previous),
};

function isLetter(char: string): boolean {
  return char !== '' && letter.test(char);
}

function isLower(char: string): boolean {
  return isLetter(char) && char !== char.toUpperCase();
}
