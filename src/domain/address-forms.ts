// The pieces of an address by which a relay may name its owner or their organisation, and the forms in which it may write
// them. Pure; for scrub.ts.
import { domainToASCII, domainToUnicode } from 'node:url';
import { remember } from './remember.ts';

/**
 * Words of replies. Where one is a piece of an address (`mail.user@…`) it says nothing about whose it is, and
 * without it the reply would say nothing at all. A whole local part is removed even when it is one of them.
 */
const ordinaryWords: ReadonlySet<string> = new Set(
  (
    'abuse access account active address aol example gmail googlemail google hotmail icloud live outlook proton protonmail yahoo ' +
    'admin administrator after again been before blocked body contact content daily data deferred ' +
    'delivery denied disabled does domain email error exceeded exist exists expired failed found from full greylisted have header help ' +
    'here host hostmaster inactive inbox info information internal invalid later limit list local mail mailbox message messages moved ' +
    'name news newsletter office open over permanent please policy postmaster queue queued quota rate receive received recipient ' +
    'rejected relay remote reply request route sales sender sent server service size smtp spam storage support suspended system team ' +
    'temporarily temporary test that this time transaction unable unavailable unknown user users valid verify webmaster with your'
  ).split(' '),
);

/** The forms of a domain that may stand in a reply: one, unless it has labels of another script. */
export const domainForms = remember((domain): readonly string[] => {
  const forms =
    /^[a-z\d.-]*$/i.test(domain) && !/xn--/i.test(domain)
      ? [domain]
      : [domain, domainToASCII(domain), domainToUnicode(domain)];
  return forms.filter((form) => form.length >= 3);
}, 256);

/** Words of three letters in every other host name. */
const shortWords: ReadonlySet<string> = new Set(
  'and are but can com edu for gov has int mil net not one org pop the two was web www you'.split(' '),
);

/**
 * What of a domain names its owner: `smithfamily` of `mail.smithfamily.co.uk`, with and without hyphens, and `smith`, `family`
 * of `smith-family.com`. Ordinary words, large mail providers and the last label name nobody.
 */
export const labelsOf = remember((domain): readonly string[] => {
  const labels = domain.toLowerCase().split('.').slice(0, -1);
  const forms = labels.flatMap((label) => [label, label.replaceAll('-', ''), ...label.split(/[-_\d]+/)]);
  return [...new Set(forms)].filter(
    (form) => form.length >= 3 && !ordinaryWords.has(form) && !shortWords.has(form) && !/^(?:xn|\d+)$/.test(form),
  );
}, 256);

/** What a relay would greet its owner by: `Jane` and `Smith` of `jane.smith84`. */
export function piecesOf(local: string): string[] {
  const pieces = local
    .split(isAscii(local) ? /[^A-Za-z]+/ : /[^\p{L}\p{M}]+/u)
    .filter((piece) => [...piece].length >= 4 && !ordinaryWords.has(piece.toLowerCase()));
  return [...new Set(pieces)];
}

function isAscii(text: string): boolean {
  return !/[^\u0000-\u007f]/.test(text);
}

/** True when the word is base64 that holds the local part or the domain. */
export function holdsEncoded(word: string, recipient: string): boolean {
  // What is encoded mixes cases; a word of a sentence does not.
  if (!/[a-z\d][A-Z]/.test(word)) return false;
  const at = recipient.lastIndexOf('@');
  const sought = [recipient.slice(0, at), recipient.slice(at + 1)]
    .map((part) => Buffer.from(part.toLowerCase()).toString('latin1'))
    .filter((part) => part.length >= 3);
  return [0, 1, 2, 3].some((from) => {
    const decoded = Buffer.from(word.slice(from), 'base64').toString('latin1').toLowerCase();
    return sought.some((part) => decoded.includes(part));
  });
}
