// How wide the text part is, and how words are laid out in it: as `format=flowed` (RFC 3676), so that a phone joins the
// lines of a paragraph again. Pure.

/** Longest line where words allow it; readers of plain text quote and indent, so it stays below 78. */
export const textWidth = 72;

/**
 * One line as a flowed paragraph: lines of at most `width` characters where its words allow it, each but the last with
 * a soft break, a blank before its end. A line that a reader could take for a quotation, for the beginning of an mbox
 * entry or for an indented one gets a blank in front, which readers of flowed text remove (section 4.4).
 */
export function flowWords(text: string, width: number): string {
  return wrapWords(text, width - 1, '')
    .split('\n')
    .map(
      (line, index, lines) => `${/^(?:[ >]|From )/.test(line) ? ' ' : ''}${line}${index < lines.length - 1 ? ' ' : ''}`,
    )
    .join('\n');
}

/** True for a text with soft breaks. Letters that were frozen without stay without, octet for octet. */
export function isFlowed(text: string): boolean {
  return text.includes(' \n');
}

/** The text in lines of at most `width` characters where its words allow it; further lines begin with `indent`. */
export function wrapWords(text: string, width: number, indent: string): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line].join(`\n${indent}`);
}
