// Reports in prose: whom they name, and with which words.
//
// Layouts differ by server, but all list who failed in few ways: an address alone on its line, an address in front of
// the reason, a command that is quoted, or a sentence. The most certain way that finds anybody decides.
import { addressesIn, addressPattern } from './addresses.ts';
import type { Message } from './read-message.ts';
import { splitReturned } from './original.ts';

/** Somebody whom the prose names, with the words that belong to them. */
export interface NamedRecipient {
  readonly address: string;
  readonly words: string;
}

const address = addressPattern.source;
const before = String.raw`^[ \t>*•-]*(?:\(?\d{1,3}[.)][ \t]+)?`;
const open = String.raw`["'<(\[]*(?:mailto:|smtp:|rfc822;[ \t]*)?`;
const shut = String.raw`["'>)\]]*`;

/** Words between a preposition and the address that it governs. */
const joining = String.raw`the|your?|this|following|an?|e-?mail|mail|users?|recipients?|address(?:es|ed)?|mailbox|account|named|called|member|list|group|der|die|das|den|adresse|empfänger|l'adresse|la|le|el|o|dirección|endereço|destinatario|alamat`;

/** From the most certain layout to the least. Each finds the address in its first group. */
const layouts: readonly RegExp[] = [
  // A line that begins with the address: alone, or with the reason behind it.
  new RegExp(
    String.raw`${before}${open}(${address})${shut}(?:<mailto:[^<>\n]*>)?(?:[ \t]*(?:$|[:;,|=(\[<>-]|\.{2,})|[ \t]+(?=\S))`,
    'gimu',
  ),
  // A reply or a command: `550 5.1.1 <ada@example.com>... User unknown`, `RCPT TO:<ada@example.com>`.
  new RegExp(
    String.raw`(?:rcpt to:?|^[ \t>]*(?:[<>]{3} )?[45]\d\d(?:[ -][45]\.\d+\.\d+)?)[ \t]*${open}(${address})${shut}`,
    'gimu',
  ),
  // A list that takes letters of its members only.
  new RegExp(String.raw`\b(?:list|group)[ \t]+<(${address})>`, 'gimu'),
  // A label: `Recipient: ada@example.com`, `Address: <…>`, `To: …`.
  new RegExp(
    String.raw`(?:recipients?|address(?:ee|es|e)?|user|mailbox|account|to|an|à|para|destinat\p{L}+|empf\p{L}+|kepada|an die adresse|adresses?|получател\p{L}+|宛先|收件人)[ \t]*(?:\(?e?s\)?)?[ \t]*[:=][ \t]*${open}(${address})${shut}`,
    'gimu',
  ),
  // A sentence.
  new RegExp(
    String.raw`\b(?:to|for|recipients?|address(?:es)?|user|mailbox|account|an|für|à|para|kepada|of|by|reach|deliver)(?:[ \t\n]+(?:${joining})){0,3}[ \t\n,]+${open}(${address})${shut}`,
    'gimu',
  ),
];

const bracketed = new RegExp(String.raw`^["']?[ \t]+<(${address})>`, 'u');

/** Lines that name somebody who is asked for help, or the sender. */
const aboutOthers =
  /\b(contact|assistance|questions?|help|postmaster|support|administrat\p{L}*|abuse|complain|inquir\p{L}*|mail from|from|sender|sent by|reply-to|return-path|originator|ursprüng\p{L}*|von|de)\b[^\n@]{0,60}$/iu;
const helpers = /^(postmaster|mailer-daemon|abuse|support|helpdesk|hostmaster|webmaster|noc)@/i;

/**
 * Those whom the words of a report name as not reached, each once. `aside` are addresses that are never meant: the
 * one that the report was sent to, and the one that sent it. `certainOnly`: only lines that begin with the address.
 */
export function namedRecipients(
  words: string,
  aside: ReadonlySet<string>,
  { certainOnly = false }: { readonly certainOnly?: boolean } = {},
): NamedRecipient[] {
  const text = words.slice(0, mostWords);
  for (const [certainty, layout] of layouts.slice(0, certainOnly ? 1 : layouts.length).entries()) {
    const found = new Map<string, NamedRecipient>();
    for (const match of text.matchAll(layout)) {
      // `ada@example.com <ada@example.net>`: the first is a name.
      const meant = bracketed.exec(text.slice(match.index + match[0].indexOf(match[1]!) + match[1]!.length))?.[1];
      const name = (meant ?? match[1]!).replaceAll(/^[.'`]+|[.'`]+$/g, '');
      const key = name.toLowerCase();
      const at = match.index + match[0].indexOf(match[1]!);
      const line = text.slice(text.lastIndexOf('\n', at) + 1, at);
      if (aside.has(key) || aboutOthers.test(line) || found.has(key) || isAdvice(text, at)) continue;
      if (certainty > 2 && helpers.test(name)) continue;
      if (/^[ \t]*\(/.test(line) && found.size > 0) continue;
      found.set(key, { address: name, words: behind(text, match.index) });
    }
    if (found.size > 0) return [...found.values()];
  }
  if (certainOnly) return [];
  const rest = addressesIn(text).filter((each) => !aside.has(each.toLowerCase()) && !helpers.test(each));
  return rest.length === 1 ? [{ address: rest[0]!, words: text }] : [];
}

/** An address on a line of its own whose line before tells the reader to write there. */
function isAdvice(text: string, at: number): boolean {
  const lines = text.slice(Math.max(0, at - 300), at).split('\n');
  if (lines.length < 2 || /\S/.test(lines.at(-1)!.replaceAll(/["'<]/g, ''))) return false;
  const said = lines.slice(0, -1).findLast((line) => line.trim() !== '') ?? '';
  return /\b(to the address|send (mail|e-?mail|a message) to|write to|contact|help)\b.{0,30}$/i.test(said.trim());
}

/** The words that belong to an address: up to the next empty line that is followed by something at its own margin. */
function behind(text: string, at: number): string {
  const end = /\n[ \t]*\n(?=[ \t]*["'<]?[^\s@]+@)/.exec(text.slice(at + 1));
  return text.slice(at, end === null ? at + 1_500 : at + 1 + end.index).slice(0, 1_500);
}

/** Without lines that quote somebody else's. */
export function withoutQuotes(text: string): string {
  return text.replaceAll(/^[ \t]*>.*$/gm, '');
}

/** A report says what it has to say at its beginning. */
const mostWords = 60_000;

/** The report's own words: without the returned letter. A structure that hides them is looked through. */
export function wordsOf(message: Message): string {
  const { words } = splitReturned(message.text);
  if (/\S/.test(words.replaceAll(/this is a (mime|multi-?part)[^\n]*/gi, ''))) return words.slice(0, mostWords);
  return splitReturned(message.rawText).words.slice(0, mostWords);
}
