// Writes letters and sends none: what rendering and MIME cost of a letter, with the path that sending uses.
// Prints microseconds a letter: with bodies that are known, as all but the first of each set of categories are, and
// with each body made anew.
import { readFileSync } from 'node:fs';
import type { CompiledLetter } from '../../src/domain/kit.ts';
import { allCategories } from '../../src/rendering/exposed-list.ts';
import { createLetterWriter } from '../../src/rendering/letter-writer.ts';

const [letterFile = '', from = ''] = process.argv.slice(2);
const letter = JSON.parse(readFileSync(letterFile, 'utf8')) as CompiledLetter;
const rounds = 20_000;
/** As many as a real file has: a few dozen. */
const sets = 48;

function microseconds(count: number, write: (index: number) => void): number {
  const startedAt = performance.now();
  for (let index = 0; index < count; index += 1) write(index);
  return ((performance.now() - startedAt) * 1000) / count;
}

const sender = { from, replyTo: null, autoSubmitted: true };
const notice = (index: number): Parameters<ReturnType<typeof createLetterWriter>['write']>[0] => {
  const token = index.toString(16).padStart(32, '0');
  return {
    token,
    messageId: `<${token}@openai.com>`,
    to: `person.${index}@example.com`,
    date: new Date(index),
    categories: index % sets,
    name: null,
  };
};
const writer = createLetterWriter(letter, sender);
const cold = microseconds(allCategories + 1, (index) => void writer.compose({ ...notice(index), categories: index }));
microseconds(rounds, (index) => void writer.compose(notice(index)));
process.stdout.write(
  `${JSON.stringify({ known: microseconds(rounds, (index) => void writer.compose(notice(index))), anew: cold })}\n`,
);
