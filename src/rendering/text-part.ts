// Derives the text part from the compiled HTML, placeholders included. It is made once, when the letter
// is compiled, and stands alone: the same sections in the same order, headings underlined, flowed lines of 72.
import { convert, type FormatCallback, type HtmlToTextOptions } from 'html-to-text';
import { readPlaceholders } from './placeholders.ts';
import { flowWords, textWidth } from './wrap-words.ts';

/**
 * The text of a letter. Placeholders go through the conversion as single private-use words, so that
 * wrapping can't break them; block tags between list items become lines of their own, which Handlebars
 * removes when it renders.
 */
export function textFromHtml(html: string): string {
  const placeholders = readPlaceholders(html);
  let index = -1;
  const marked = html.replaceAll(/\{\{[\s\S]*?\}\}/g, () => {
    index += 1;
    const name = placeholders[index]?.name ?? '';
    const mark = `\ue000${index}\ue001`;
    return name === '#each exposed' || name === '/each' ? `<li>${mark}</li>` : mark;
  });
  const text = convert(marked, options)
    .split('\n')
    .map((line) => flowWords(line.trimEnd(), textWidth))
    .join('\n');
  return `${text
    .replaceAll(/^- \ue000(\d+)\ue001$/gm, (line, number: string) => {
      const { name } = placeholders[Number(number)] ?? { name: '' };
      return name.startsWith('#each') || name === '/each' ? `\ue000${number}\ue001` : line;
    })
    .replaceAll(/\ue000(\d+)\ue001/g, (_, number: string) => `{{${placeholders[Number(number)]?.name ?? ''}}}`)
    .trim()}\n`;
}

/** Cells of a row stand apart. */
const cell: FormatCallback = (element, walk, builder) => {
  walk(element.children, builder);
  builder.addInline(' ');
};

/** One kind of line under all headings: screen readers pass over hyphens, not over equals signs. */
function underlined(rule: string): FormatCallback {
  return (element, walk, builder) => {
    let heading = '';
    builder.openBlock({ leadingLineBreaks: 2 });
    builder.pushWordTransform((word) => {
      heading += heading === '' ? word : ` ${word}`;
      return word;
    });
    walk(element.children, builder);
    builder.popWordTransform();
    const longest = Math.min([...heading].length, textWidth);
    builder.addLineBreak();
    builder.addLiteral(rule.repeat(longest));
    builder.closeBlock({ trailingLineBreaks: 2 });
  };
}

const options: HtmlToTextOptions = {
  wordwrap: false,
  baseElements: { selectors: ['body'] },
  formatters: { title: underlined('-'), section: underlined('-'), cell },
  selectors: [
    // The preheader repeats a sentence of the letter.
    { selector: 'div[style^="display:none"]', format: 'skip' },
    { selector: 'h1', format: 'title' },
    { selector: 'h2', format: 'section' },
    { selector: 'h3', format: 'heading', options: { uppercase: false } },
    { selector: 'h4', format: 'heading', options: { uppercase: false } },
    { selector: 'ul', format: 'unorderedList', options: { itemPrefix: '- ', leadingLineBreaks: 1 } },
    { selector: 'hr', format: 'skip' },
    { selector: 'tr', format: 'block', options: { leadingLineBreaks: 1, trailingLineBreaks: 1 } },
    { selector: 'th', format: 'cell' },
    { selector: 'td', format: 'cell' },
  ],
};
