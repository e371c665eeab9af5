// Which words of a reply are the relay's own. Many a relay passes on what another server told it (`host mx.example.net
// said: 550 relay not permitted`): such words tell something about the recipient, and nothing about us. Pure; every
// pattern is bounded, as replies are hostile.
import type { Reply } from './delivery-result.ts';
import { wordsOfLine } from './reply.ts';

const told = '(?:said|says|responded|replied|answered|answers|returned|reported|reports|antwortete|meldete)';
const other =
  "(?:remote|other|destination|receiving|recipient'?s?|recipients|foreign|next|target|upstream|downstream|backend)";
/** Opens a quotation that goes on to the end of the reply, or to the end of its quotation marks. */
const saying = new RegExp(
  [
    `\\b(?:host|server|mx|mta|gateway|hop|peer|${other})\\b[^:"'\\n]{0,120}?\\b${told}\\b[^:"'(\\n]{0,60}[:"'(]`,
    `[\\w-]\\.[a-z]{2,}(?:\\s?[[(][^\\])\\n]{0,60}[\\])])? ${told}\\b[^:"'(\\n]{0,60}[:"'(]`,
    `\\b${other} (?:mail |smtp |e-?mail )?(?:host|server|mta|system)\\b.{0,20}\\b${told}\\b`,
    String.raw`\brefused to talk to me:`,
    `\\b(?:error|response|reply|answer|diagnostics?|message) (?:from|of|by) (?:the |a )?${other}\\b[^:"'\\n]{0,120}[:"']`,
    `\\b${other} (?:mail |smtp |e-?mail )?(?:host|server|mta|system)(?:'s)? (?:error|response|reply|answer)\\b[^:"'\\n]{0,60}[:"']`,
    String.raw`\b(?:callout|callback|call-?forward|address verification|recipient verification)\b[^:\n]{0,80}:`,
    String.raw`\b(?:smtp|lmtp);\s?[245]\d\d\b`,
  ]
    .map((source) => `(?:${source})\\s{0,3}["'(]?`)
    .join('|'),
  'i',
);
/** A reply code within the words; a number of letters is none. */
const code = String.raw`[245]\d\d(?=[\s#-]|$)(?![\s-]+(?:e-?mails?|mails?|messages?|letters?|recipients?|connections?|credits?|per|of|an?|[KM]?B|bytes)\b)`;
const embedded = new RegExp(String.raw`(?<=[\p{L}\d>)\]][\s,;]{0,3}[:;(["'«„“]\s{0,3})${code}`, 'u');
/** A line of its own for what was heard elsewhere, as Exim writes it. */
const quotedLine = /^(?:(?:called|sent|response|diagnostic-code|remote-mta)\s*:|[245]\d\d[ -])/i;
const closing: Readonly<Record<string, string>> = { '"': '"', "'": "'", '(': ')' };

export interface SaidWords {
  /** What the relay says itself. */
  readonly own: string;
  /** What it quotes; empty where it quotes nothing. */
  readonly quoted: string;
}

/** The words of a reply, its codes left out, parted into what the relay says and what it passes on. */
export function partWords(reply: Reply): SaidWords {
  const lines = reply.text.slice(0, 2048).split('\n').map(wordsOfLine);
  const isQuoted = (line: string, index: number): boolean => index > 0 && quotedLine.test(line);
  const parts = partText(lines.filter((line, index) => !isQuoted(line, index)).join('\n'));
  const own = parts.own.replaceAll('\n', ' ').trim();
  const quoted = [...lines.filter(isQuoted), parts.quoted].join(' ').replaceAll('\n', ' ').trim();
  return { own, quoted };
}

function partText(said: string, depth = 0): SaidWords {
  const [first] = [saying, embedded]
    .flatMap((pattern) => {
      const match = pattern.exec(said);
      if (match === null) return [];
      return [{ at: match.index, from: match.index + (pattern === saying ? match[0].length : 0) }];
    })
    .toSorted((a, b) => a.at - b.at);
  if (first === undefined || depth > 8) return { own: said, quoted: '' };
  const own = said.slice(0, first.at);
  const mark = /(["'(])\s{0,3}$/.exec(said.slice(0, first.from))?.[1];
  const end = mark === undefined ? -1 : said.indexOf(closing[mark] ?? '', first.from);
  if (end === -1) return { own, quoted: said.slice(first.from) };
  const rest = partText(said.slice(end + 1), depth + 1);
  return { own: `${own} ${rest.own}`, quoted: `${said.slice(first.from, end)} ${rest.quoted}` };
}
