// A kit as every door shows it: which one exactly, and what a person should look at in its letters. Pure.
import type { CompiledLetter, Kit, KitFinding, KitShown } from '../domain/kit.ts';
import { lintLetters, type LintRule } from './lint-letter.ts';

const remedies: Readonly<Record<LintRule, string>> = {
  'contact-missing': 'Print {{fact.contact}}: readers need somebody to ask.',
  'heading-order': 'Begin with one <h1>, go on with <h2>, and skip no level: screen readers go by them.',
  'language-missing': 'Write <mjml lang="{{locale}}" dir="{{direction}}">: screen readers choose their voice by it.',
  'letters-differ': 'Give the letter the same sections in every language.',
  'lure-words': 'Say it plainly: readers are told to distrust such words.',
  'preheader-hidden': 'Repeat a sentence of the letter as its preheader, so that nothing is hidden.',
  'reading-length': 'Shorten it: long letters are not read to the end.',
  'subject-length': 'Shorten the subject: a phone shows no more than 70 characters.',
  'text-incomplete': 'Put the section into an mj-text: readers of plain text do not get it.',
};

/** The kit with the findings of its letters. */
export function shownKit(kit: Kit, path: string | null, letters: readonly CompiledLetter[]): KitShown {
  const findings = kitFindings(kit, letters);
  return { path, id: kit.id, digest: kit.digest, ...(findings.length === 0 ? {} : { findings }) };
}

/** What a person should look at in these letters, in their order. */
export function kitFindings(kit: Pick<Kit, 'facts' | 'letters'>, letters: readonly CompiledLetter[]): KitFinding[] {
  return lintLetters(kit, letters).map(({ rule, audience, locale, finding }) => ({
    code: rule,
    level: 'warning',
    file: kit.letters.find((letter) => letter.audience === audience && letter.locale === locale)?.file ?? '',
    locale,
    message: `The letter to the ${audience} in ${locale}: ${finding}.`,
    remedy: remedies[rule],
  }));
}
