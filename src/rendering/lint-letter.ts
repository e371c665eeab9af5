// Reads compiled letters as a careful colleague would, and says what is wrong with them. Pure. These are
// the rules of taste and completeness that can be decided; what must never leave (links, images, scripts)
// is refused outright by safe-markup.ts when the letter is compiled. The findings are a part of the kit wherever it
// is shown (shown-kit.ts). The kits that come with Candor have none (a test).
import type { CompiledLetter, Kit } from '../domain/kit.ts';

export const lintRules = [
  'contact-missing',
  'heading-order',
  'language-missing',
  'letters-differ',
  'lure-words',
  'preheader-hidden',
  'reading-length',
  'subject-length',
  'text-incomplete',
] as const;
export type LintRule = (typeof lintRules)[number];

export interface LintFinding {
  readonly rule: LintRule;
  readonly audience: string;
  readonly locale: string;
  /** For a person. */
  readonly finding: string;
}

/** More is cut off in a phone's list of mails. */
const longestSubject = 70;
/** Words of the text part. Long letters are not read to the end; the unaffected need the verdict and how to check it. */
const mostWords = { affected: 680, unaffected: 310 } as const;
/** The letter must look unlike advertising and unlike what it warns of. */
const adverts =
  /\b(click here|haga clic|klik di sini|unsubscribe|darse de baja|berhenti berlangganan|special offer|free trial|discount|oferta especial|descuento|gratis ahora|penawaran khusus|diskon|upgrade now|newsletter)\b/iu;
const fakeUrgency =
  /^\s*(re|fwd?|rv|bls|trs)\s*:|!|\b(urgent|urgente|mendesak|act now|immediately|segera|inmediatamente|final notice|last warning)\b/iu;

/** Everything wrong with the letters of a kit, letter by letter, each rule at most once per letter. */
export function lintLetters(kit: Pick<Kit, 'facts'>, letters: readonly CompiledLetter[]): LintFinding[] {
  return letters.flatMap((letter) => {
    const found: LintFinding[] = [];
    const say = (rule: LintRule, finding: string | null): void => {
      if (finding !== null) found.push({ rule, audience: letter.audience, locale: letter.locale, finding });
    };
    const headings = headingsOf(letter.html);
    const plain = oneLine(letter.text);
    const preheader = preheaderOf(letter.html);
    const contact = kit.facts['contact']?.[letter.locale];
    const missing = headings.find(({ words }) => !plain.includes(words));
    const wordCount = plain.split(' ').length;

    say('contact-missing', contact !== undefined && !plain.includes(contact) ? 'it does not say whom to ask' : null);
    say('heading-order', headingProblem(headings.map(({ level }) => level)));
    say(
      'language-missing',
      new RegExp(`<html lang="${letter.locale}" dir="(ltr|rtl)"`).test(letter.html)
        ? null
        : 'its <html> does not say its language and direction',
    );
    say('letters-differ', sameShape(letter, letters, headings.length));
    say(
      'preheader-hidden',
      preheader !== null && !plain.includes(preheader)
        ? 'its preheader is not a part of the letter, which hides text'
        : null,
    );
    say(
      'reading-length',
      wordCount > mostWords[letter.audience]
        ? `it has ${wordCount} words, more than ${mostWords[letter.audience]}`
        : null,
    );
    say(
      'subject-length',
      [...letter.subject].length > longestSubject ? `its subject has more than ${longestSubject} characters` : null,
    );
    say(
      'lure-words',
      fakeUrgency.test(letter.subject) || adverts.test(letter.subject)
        ? 'its subject sounds like the mails that it warns of'
        : adverts.test(plain)
          ? 'it sounds like advertising'
          : null,
    );
    say('text-incomplete', missing === undefined ? null : `its text part lacks the section "${missing.words}"`);
    return found;
  });
}

interface Heading {
  readonly level: number;
  readonly words: string;
}

/** The headings of an HTML body, in order. */
export function headingsOf(html: string): Heading[] {
  return [...html.matchAll(/<h([1-6])\b[^>]*>([\s\S]*?)<\/h\1>/gi)].map((found) => ({
    level: Number(found[1]),
    words: oneLine(decodeBasicEntities((found[2] ?? '').replaceAll(/<[^>]*>/g, ''))),
  }));
}

function headingProblem(levels: readonly number[]): string | null {
  if (levels[0] !== 1 || levels.filter((level) => level === 1).length !== 1)
    return 'it does not begin with its one and only <h1>';
  return levels.some((level, index) => level > (levels[index - 1] ?? 1) + 1) ? 'it skips a level of headings' : null;
}

function sameShape(letter: CompiledLetter, letters: readonly CompiledLetter[], headings: number): string | null {
  const other = letters.find(({ audience }) => audience === letter.audience);
  if (!other || headingsOf(other.html).length === headings) return null;
  return `it has not as many sections as the letter in ${other.locale}`;
}

function preheaderOf(html: string): string | null {
  const found = /<div style="display:none[^>]*>([\s\S]*?)<\/div>/.exec(html)?.[1];
  return found === undefined ? null : oneLine(decodeBasicEntities(found));
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}

function decodeBasicEntities(text: string): string {
  return text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&nbsp;', ' ')
    .replaceAll('&amp;', '&');
}
