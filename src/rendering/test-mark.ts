// Marks a letter as a test, in its own language: nobody must take a test for a notice. Pure.
import Handlebars from 'handlebars';
import type { CompiledLetter } from '../domain/kit.ts';
import { textWidth, wrapWords } from './wrap-words.ts';

/** The letter with its test mark before the subject and above both bodies. The digest stays that of the letter under test. */
export function markAsTest(letter: CompiledLetter): CompiledLetter {
  const { subject, line } = letter.testMark;
  // A layout's dark scheme must not repaint it.
  const banner = `<div role="note" style="padding:12px 20px;background:#7a1f1f !important;color:#ffffff !important;font:700 16px/1.4 Arial,sans-serif;text-align:center;">${Handlebars.escapeExpression(line)}</div>`;
  return {
    ...letter,
    subject: `${subject} ${letter.subject}`,
    html: letter.html.replace(/<body\b[^>]*>/, (body) => `${body}\n${banner}`),
    text: `*** ${wrapWords(line, textWidth - 4, '    ')}\n\n${letter.text}`,
  };
}
