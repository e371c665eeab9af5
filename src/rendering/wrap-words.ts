// How wide the text part is, and how words are laid out in it. Pure.

/** Longest line where words allow it; readers of plain text quote and indent, so it stays below 78. */
export const textWidth = 72;

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
