// What a letter may be made of. A notice must not look like what it warns about, so a kit's MJML and the finished HTML
// are held against lists of what is allowed (markup/allowed.ts): no links, forms, images, scripts, remote content,
// includes, no words that are hidden or turned round. Pure.
export type { MarkupCheck, MarkupFinding } from './markup/finding.ts';
export { findUnsafeHtml } from './markup/page.ts';
export { findUnsafeSource, withoutComments } from './markup/source.ts';
export { findUnsafeWords } from './markup/words.ts';
