// Recipients whose address tells which letter they must get, so that a test can judge every letter by its
// envelope alone, without asking the program what it meant.
import { simpleParser } from 'mailparser';
import type { Audience } from '../../src/domain/audience.ts';
import type { TestRelay } from './relay.ts';

export interface Person {
  readonly email: string;
  readonly audience: Audience;
  readonly locale: string;
}

const locales = ['en', 'id', 'es'] as const;
const domains = ['example.com', 'example.org', 'mail.example', 'users.test'] as const;

/** So many people, one in three unaffected, in three languages: `p7.affected.id@example.com`. */
export function people(count: number, options: { from?: number } = {}): Person[] {
  return Array.from({ length: count }, (_, index) => person(index + (options.from ?? 0)));
}

/** The nth of them. */
export function person(nth: number, changes: { audience?: Audience } = {}): Person {
  const audience = changes.audience ?? (nth % 3 === 1 ? 'unaffected' : 'affected');
  const locale = locales[Math.floor(nth / 3) % locales.length] ?? 'en';
  return { email: `p${nth}.${audience}.${locale}@${domains[nth % domains.length]}`, audience, locale };
}

/** So many, all affected: while the unaffected wait for the last affected on the wire (promise 2), no notice is due. */
export function affected(count: number): Person[] {
  return Array.from({ length: count }, (_, nth) => person(nth, { audience: 'affected' }));
}

/** The file of these rows, in this order. */
export function csvOf(rows: readonly Person[]): string {
  return ['email,audience,locale', ...rows.map((row) => `${row.email},${row.audience},${row.locale}`), ''].join('\n');
}

/** Words that stand in the subject of one letter of the kit and in no other. */
const subjects: Readonly<Record<string, RegExp>> = {
  'affected.en': /^Your OpenAI API account is affected by /,
  'unaffected.en': /^Your ChatGPT account is not affected by /,
  'affected.id': /^Akun API OpenAI Anda terdampak /,
  'unaffected.id': /^Akun ChatGPT Anda tidak terdampak /,
  'affected.es': /^Su cuenta de la API está afectada /,
  'unaffected.es': /^Su cuenta de ChatGPT no está afectada:/,
};

/** The accepted letters whose subject is not the one that the recipient's address calls for. */
export async function wrongLetters(relay: TestRelay): Promise<string[]> {
  const read = new Map<string, string>();
  const wrong: string[] = [];
  for (const { to, headers } of relay.record.letters) {
    const raw = headers.get('subject') ?? '';
    if (!read.has(raw)) read.set(raw, (await simpleParser(`Subject: ${raw}\r\n\r\n`)).subject ?? '');
    const meant = /\.(?:un)?affected\.[a-z]{2}(?=@)/.exec(to)?.[0].slice(1) ?? '';
    if (subjects[meant]?.test(read.get(raw) ?? '') !== true) wrong.push(`${to}: ${read.get(raw)}`);
  }
  return wrong;
}

/** How often each address got a letter that the relay accepted. */
export function lettersPerAddress(relay: TestRelay): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { to } of relay.record.letters) counts.set(to, (counts.get(to) ?? 0) + 1);
  return counts;
}

/** Addresses among these that did not get exactly one letter, and addresses that should have got none. */
export function notExactlyOnce(relay: TestRelay, expected: readonly Pick<Person, 'email'>[]): string[] {
  const counts = lettersPerAddress(relay);
  const meant = new Set(expected.map(({ email }) => email));
  return [
    ...[...meant].filter((email) => counts.get(email) !== 1),
    ...[...counts.keys()].filter((email) => !meant.has(email)),
  ];
}
