// Fits text into a terminal: display width, wrapping, padding, cutting. Pure. Widths are columns.

const styling = /\u001B\[[0-9;]*m/g;
const combining = /\p{M}/u;

/** Columns that a line takes: styling and combining marks take none, East Asian wide characters and emoji two. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const character of text.replaceAll(styling, '')) {
    const code = character.codePointAt(0) ?? 0;
    if (code < 0x300) width += 1;
    else if (!combining.test(character)) width += isWide(code) ? 2 : 1;
  }
  return width;
}

/** The text and spaces up to the width; longer text is left as it is. */
export function padEnd(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - displayWidth(text)));
}

/** Spaces and then the text, up to the width. */
export function padStart(text: string, width: number): string {
  return ' '.repeat(Math.max(0, width - displayWidth(text))) + text;
}

/** The text cut to the width, with an ellipsis where something is missing. Only for text without styling. */
export function cut(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  let kept = '';
  let used = 0;
  for (const character of text) {
    const next = displayWidth(character);
    if (used + next > width - 1) break;
    kept += character;
    used += next;
  }
  return width > 0 ? `${kept}…` : '';
}

/**
 * Breaks at spaces so that no line is wider than `width`; a longer word keeps a line of its own, so
 * that a command or a path can be copied whole. Existing line breaks and their indentation stay.
 */
export function wrap(text: string, width: number, indent = ''): string[] {
  return text.split('\n').flatMap((paragraph) => {
    const lead = /^ */.exec(paragraph)?.[0] ?? '';
    return fill(paragraph.trim().split(/ +/), ' ', width, indent + lead);
  });
}

/** Puts items on as few lines as they need, `gap` between them, none wider than `width` unless one item is. */
export function fill(items: readonly string[], gap: string, width: number, indent = ''): string[] {
  const lines: string[] = [];
  let line = '';
  for (const item of items) {
    const longer = line === '' ? indent + item : line + gap + item;
    if (line !== '' && displayWidth(longer) > width) {
      lines.push(line);
      line = indent + item;
    } else line = longer;
  }
  return [...lines, line];
}

/** Rows in columns, as wide as their widest cell. `align` holds `l` or `r` per column. */
export function table(rows: readonly (readonly string[])[], align: string, gap = '  '): string[] {
  const widths = [...align].map((_, column) => Math.max(0, ...rows.map((row) => displayWidth(row[column] ?? ''))));
  return rows.map((row) =>
    widths
      .map((width, column) =>
        align[column] === 'r' ? padStart(row[column] ?? '', width) : padEnd(row[column] ?? '', width),
      )
      .join(gap)
      .trimEnd(),
  );
}

/** The blocks of Unicode whose characters terminals draw two columns wide. */
function isWide(code: number): boolean {
  return (
    (code >= 0x1100 && code <= 0x115f) ||
    (code >= 0x2e80 && code <= 0x303e) ||
    (code >= 0x3041 && code <= 0xa4cf) ||
    (code >= 0xac00 && code <= 0xd7a3) ||
    (code >= 0xf900 && code <= 0xfaff) ||
    (code >= 0xfe30 && code <= 0xfe6f) ||
    (code >= 0xff00 && code <= 0xff60) ||
    (code >= 0xffe0 && code <= 0xffe6) ||
    (code >= 0x1f300 && code <= 0x1faff) ||
    (code >= 0x20000 && code <= 0x3fffd)
  );
}
