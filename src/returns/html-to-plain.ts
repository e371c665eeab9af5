// The words of an HTML part, a line for each block. Nothing is rendered: reports are looked through, not shown.
import { htmlToText } from 'html-to-text';

/** Links and images are left out; their words stay. */
export function htmlToPlain(html: string): string {
  return htmlToText(html, {
    wordwrap: false,
    limits: { maxInputLength: 200_000, maxDepth: 40, maxChildNodes: 5_000 },
    selectors: [
      { selector: 'a', options: { ignoreHref: true } },
      { selector: 'img', format: 'skip' },
    ],
  });
}
