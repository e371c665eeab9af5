// Writes letters: one complete RFC 5322 message per notice, ready for the wire but for dot-stuffing.
//
// The sending path renders nothing twice. What differs between two notices of a letter is four header
// values and the list of exposed data; there are at most 512 lists (10 MB of a 19 KB letter; real files
// have a few dozen), so bodies are kept and a notice costs one header string: the body is handed on as it is. Measured on
// 2 cores, Node 20, an affected letter of 19 KB: 6 us a notice, 300 us the first time of a list. A letter
// that prints the recipient's name pays the 300 us for each notice that has one.
//
// The same letter, sender and notice always make the same bytes: a copy differs in Date alone, and in the
// signature over it where letters are signed.
import { CandorError } from '../domain/errors.ts';
import type { CategoryBits } from '../domain/category.ts';
import type { CompiledLetter } from '../domain/kit.ts';
import type { SigningKey } from '../domain/signing-key.ts';
import { bodyDigest, signatureField } from './dkim.ts';
import { allCategories } from './exposed-list.ts';
import { createLetterBody } from './letter-body.ts';
import { addressField, dateField, messageIdField, tokenField } from './mail-headers.ts';
import { composeBody, composeHeaders } from './mime.ts';
import { markAsTest } from './test-mark.ts';

/** Who the letters come from; frozen at launch. */
export interface LetterSender {
  /** An address, with or without a display name. */
  readonly from: string;
  readonly replyTo: string | null;
  /** Whether to say `Auto-Submitted: auto-generated`. */
  readonly autoSubmitted: boolean;
  /** Marks the subject and the letter as a test, in the letter's language. */
  readonly test?: boolean;
}

/** What one letter says that the others of its kind do not. */
export interface NoticeToWrite {
  /** The notice's opaque id. */
  readonly token: string;
  /** With its angle brackets; the same for every attempt and round. */
  readonly messageId: string;
  /** The recipient's address, no display name. */
  readonly to: string;
  /** The time of the attempt. */
  readonly date: Date;
  /** Ignored by letters to the unaffected. */
  readonly categories: CategoryBits;
  /** Ignored by letters that print no name. */
  readonly name: string | null;
}

/** A message in two parts of whole lines. The body is everybody's who reads the same: nobody may change it. */
export type Letter = readonly [head: Buffer, body: Buffer];

export interface LetterWriter {
  /**
   * The message: CRLF line ends, lines of at most 998 bytes, 7-bit but for an SMTPUTF8 address in To.
   * Errors: `header-unsafe` for a value that no header may hold.
   */
  compose(notice: NoticeToWrite): Letter;
  /** The same with a DKIM signature before it. Errors: those of `compose`. */
  composeSigned(notice: NoticeToWrite, key: SigningKey): Promise<Letter>;
  /** The message as one buffer, which is the caller's. Errors: those of `compose`. */
  write(notice: NoticeToWrite): Buffer;
}

/**
 * A writer of one letter. Costs some milliseconds: make it once per letter.
 * Errors: `header-unsafe` when a sender setting or the subject can't stand in a header.
 */
export function createLetterWriter(letter: CompiledLetter, sender: LetterSender): LetterWriter {
  const shown = sender.test === true ? markAsTest(letter) : letter;
  const boundary = letter.digest.slice(0, 24);
  const { parts } = composeHeaders({ ...sender, subject: shown.subject, locale: shown.locale, boundary });
  const fill = createLetterBody(shown);
  // Bits that no category stands for must not make bodies of their own.
  const relevant = shown.audience === 'affected' ? allCategories : 0;
  const bodies = new Map<CategoryBits, Buffer>();

  const bodyFor = (categories: CategoryBits, name: string | null): Buffer => {
    if (shown.printsName && name !== null) return composeBody(fill(categories, name), boundary);
    const known = bodies.get(categories);
    if (known) return known;
    const body = composeBody(fill(categories, null), boundary);
    bodies.set(categories, body);
    return body;
  };

  const headFor = (notice: NoticeToWrite): string =>
    `${parts[0]}${addressField(notice.to)}${parts[1]}${messageIdField(notice.messageId)}${parts[2]}${dateField(notice.date)}${parts[3]}${tokenField(notice.token)}${parts[4]}`;

  const compose = (notice: NoticeToWrite): Letter => [
    Buffer.from(headFor(notice)),
    bodyFor(notice.categories & relevant, notice.name),
  ];

  // By the body itself: a body with a name in it is forgotten with its letter.
  const digests = new WeakMap<Buffer, string>();
  const digestOf = (body: Buffer): string => {
    const digest = digests.get(body) ?? bodyDigest(body);
    digests.set(body, digest);
    return digest;
  };

  return {
    compose,
    async composeSigned(notice, key) {
      const head = headFor(notice);
      const body = bodyFor(notice.categories & relevant, notice.name);
      return [Buffer.from(`${await signatureField(head, digestOf(body), key)}${head}`), body];
    },
    write: (notice) => Buffer.concat(compose(notice)),
  };
}

/** True when the error means that this one notice can't be written, whatever the relay does. */
export function isUnwritable(error: unknown): boolean {
  return error instanceof CandorError && error.code === 'header-unsafe';
}
