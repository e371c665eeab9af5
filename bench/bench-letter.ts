// The letter that all contenders hand over: the built-in kit's letter to affected people, in English.
import { join } from 'node:path';
import type { CompiledLetter, LetterSource } from '../src/domain/kit.ts';
import { loadKit } from '../src/kits/load-kit.ts';
import { compileLetters } from '../src/rendering/compile-letters.ts';
import { createLetterBody } from '../src/rendering/letter-body.ts';
import { createLetterWriter } from '../src/rendering/letter-writer.ts';
import { benchCategories } from './bench-recipients.ts';

export const kitName = 'mixpanel-2025-11';
export const sender = 'Notices <notices@openai.com>';

export interface BenchLetter {
  readonly subject: string;
  readonly html: string;
  readonly text: string;
  /** Its source, for who compiles it for each recipient. */
  readonly mjml: string;
  /** As a launch freezes it. */
  readonly compiled: CompiledLetter;
  /** Octets of a complete message as Candor writes it. */
  readonly messageBytes: number;
}

/** Reads and compiles it; the list of exposed data is filled in. */
export async function readBenchLetter(repository: string): Promise<BenchLetter> {
  const kit = await loadKit(join(repository, 'templates', kitName));
  const isOurs = (each: CompiledLetter | LetterSource): boolean => each.audience === 'affected' && each.locale === 'en';
  const letter = (await compileLetters(kit)).find(isOurs);
  const source = kit.letters.find(isOurs);
  if (letter === undefined || source === undefined)
    throw new Error(`the kit ${kitName} has no letter to affected people in English`);
  const message = createLetterWriter(letter, { from: sender, replyTo: null, autoSubmitted: true }).write({
    token: '0'.repeat(32),
    messageId: `<${'0'.repeat(32)}@openai.com>`,
    to: 'person.10000@example.com',
    date: new Date(0),
    categories: benchCategories,
    name: null,
  });
  return {
    subject: letter.subject,
    ...createLetterBody(letter)(benchCategories, null),
    mjml: source.mjml,
    compiled: letter,
    messageBytes: message.length,
  };
}
