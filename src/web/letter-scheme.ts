// A letter as it looks on a light or on a dark screen, whichever the operator has. A frame's `color-scheme` alone does not
// do it: Chromium decides a frame's `prefers-color-scheme` by the screen where that is emulated (seen 2026-12), and older
// browsers always. So what the letter asks of the screen is answered in its text. Pure.

export type LetterScheme = 'light' | 'dark';

/** The HTML with each question for the colour scheme answered; nothing else of it changes. */
export function inScheme(html: string, scheme: LetterScheme): string {
  return html
    .replace(/\(\s*prefers-color-scheme\s*:\s*(light|dark)\s*\)/gi, (_, asked: string) =>
      asked.toLowerCase() === scheme ? '(min-width: 0)' : '(max-width: 0)',
    )
    .replace(/((?<![\w-])color-scheme\s*:\s*)light dark/gi, `$1${scheme}`)
    .replace(/(<meta name="color-scheme" content=")light dark"/gi, `$1${scheme}"`);
}
