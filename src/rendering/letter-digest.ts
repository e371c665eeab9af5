// The digest of a compiled letter: the proof of what exactly was frozen, and of what a worker renders.
import { createHash } from 'node:crypto';
import { categories } from '../domain/category.ts';
import type { CompiledLetter } from '../domain/kit.ts';

/** SHA-256 (hex) over everything in the letter but the digest, in an order of its own: a JSON column may reorder keys. */
export function letterDigest(letter: Omit<CompiledLetter, 'digest'>): string {
  const content = [
    letter.audience,
    letter.locale,
    letter.subject,
    letter.html,
    letter.text,
    categories.map((category) => letter.categoryWords[category]),
    letter.exposed.map(({ when, phrase }) => [when, phrase]),
    [letter.testMark.subject, letter.testMark.line],
    letter.printsName,
  ];
  return createHash('sha256').update(JSON.stringify(content)).digest('hex');
}

/** True when the letter is what its digest says. */
export function isIntact(letter: CompiledLetter): boolean {
  return letterDigest(letter) === letter.digest;
}
