// The check of a compiled letter as browsers read it, and as Outlook does, which reads the conditional comments as well.
// Read by a parser that follows the HTML standard; what makes such a parser doubt is refused. Pure.
import { parse, html as standard, type DefaultTreeAdapterTypes } from 'parse5';
import { compiledAttributes, compiledElements } from './allowed.ts';
import { finding, type MarkupFinding } from './finding.ts';
import { attribute, preheaderOf, rootOf, textOf, wordsOf, type Element, type Node, type Page } from './page-tree.ts';
import { wordProblem } from './source.ts';
import { readStyleAttribute, readStyleSheet } from './style.ts';
import { findHiddenText } from './visible-text.ts';
import { findLink, findUnsafeWords, isRightToLeft } from './words.ts';

/** What is wrong with compiled HTML, or null. */
export function findUnsafeHtml(html: string, rightToLeft: boolean): MarkupFinding | null {
  return findUnsafeView(html, rightToLeft) ?? findUnsafeView(outlookView(html), rightToLeft);
}

const outlookSettings =
  /<noscript>\s*<xml>\s*<o:OfficeDocumentSettings>\s*<o:AllowPNG\/>\s*<o:PixelsPerInch>96<\/o:PixelsPerInch>\s*<\/o:OfficeDocumentSettings>\s*<\/xml>\s*<\/noscript>/g;

/** Two openings are all that MJML writes: for Outlook, and for all but Outlook. What it sets for Outlook is no part of the letter. */
function outlookView(html: string): string {
  return html
    .replaceAll(outlookSettings, '')
    .replaceAll(/<!--\[if [^\]>]*\]>(?:<!-->)?/g, '')
    .replaceAll(/(?:<!--)?<!\[endif\]-->/g, '');
}

function findUnsafeView(html: string, rightToLeft: boolean): MarkupFinding | null {
  const doubts: string[] = [];
  const document = parse(html, {
    scriptingEnabled: false,
    onParseError: ({ code }) => {
      doubts.push(code);
    },
  });
  // "a < b" is text to everybody.
  const doubt = doubts.find((code) => code !== 'invalid-first-character-of-tag-name');
  if (doubt !== undefined) return finding('markup-broken', `it is no HTML that everybody reads alike (${doubt})`);
  const page: Page = { document, rules: [], styles: new Map(), preheader: preheaderOf(document) };
  return checkNode(document, page, rightToLeft) ?? checkWords(document, rightToLeft) ?? findHiddenText(page);
}

const comment = /^(?:\[if (?:mso(?: \| IE)?|lte mso 11)\]>[\s\S]*<!\[endif\]|\[if !mso\]><!|<!\[endif\])$/;

function checkNode(node: Node, page: Page, rightToLeft: boolean): MarkupFinding | null {
  if (node.nodeName === '#comment')
    return 'data' in node && comment.test(node.data) ? null : finding('markup-broken', 'it holds a comment');
  if ('tagName' in node) {
    const problem = checkElement(node, page, rightToLeft);
    if (problem !== null) return problem;
  }
  if (!('childNodes' in node)) return null;
  for (const child of node.childNodes) {
    const problem = checkNode(child, page, rightToLeft);
    if (problem !== null) return problem;
  }
  return null;
}

function checkElement(element: Element, page: Page, rightToLeft: boolean): MarkupFinding | null {
  const { tagName, attrs } = element;
  if (!compiledElements.has(tagName) || element.namespaceURI !== standard.NS.HTML)
    return finding('element-not-allowed', `<${tagName.slice(0, 40)}> is not allowed`);
  if (tagName === 'meta') return isKnownMeta(attrs) ? null : finding('element-not-allowed', 'a <meta> is not allowed');
  for (const { name, value } of attrs) {
    const problem = checkAttribute(element, name, value, page);
    if (problem !== null) return problem;
  }
  if (attribute(element, 'dir') === 'rtl' && !rightToLeft && !isRightToLeft(textOf(element)))
    return finding('bidi-control', `dir="rtl" stands on words that are not written from the right`);
  if (tagName !== 'style') return null;
  const sheet = readStyleSheet(textOf(element), 'mjml', attribute(element, 'media'));
  if (sheet.problem !== null) return sheet.problem;
  page.rules.push(...sheet.read);
  return null;
}

function checkAttribute(element: Element, name: string, value: string, page: Page): MarkupFinding | null {
  const { tagName } = element;
  if (tagName === 'html' && /^xmlns(?::[vo])?$/.test(name)) return null;
  if (tagName === 'style' && (name === 'media' || (name === 'type' && value === 'text/css'))) return null;
  if (!compiledAttributes.has(name))
    return finding('attribute-not-allowed', `the attribute ${name} of <${tagName}> is not allowed`);
  // MJML repeats the title there.
  if (name === 'aria-label') return null;
  if (name !== 'style') return wordProblem(tagName, name, name === 'bgcolor' ? value.replace(/^#/, '') : value);
  if (element === page.preheader) return null;
  const style = readStyleAttribute(value, 'mjml');
  if (style.problem !== null) return style.problem;
  page.styles.set(element, style.read);
  const turned = style.read.some(({ property, value: side }) => property === 'direction' && side === 'rtl');
  return turned && attribute(rootOf(page), 'dir') !== 'rtl'
    ? finding('bidi-control', 'a style says direction: rtl in a letter that is not written from the right')
    : null;
}

function checkWords(document: DefaultTreeAdapterTypes.Document, rightToLeft: boolean): MarkupFinding | null {
  const spaced = wordsOf(document, '\n');
  return findUnsafeWords(spaced, rightToLeft) ?? findLink(wordsOf(document, ''));
}

const metas: Readonly<Record<string, RegExp>> = {
  'color-scheme': /^[a-z ]+$/,
  'supported-color-schemes': /^[a-z ]+$/,
  'format-detection': /^[a-z=, ]+$/,
  viewport: /^width=device-width, ?initial-scale=1$/,
  'x-ua-compatible': /^IE=edge$/,
  'content-type': /^text\/html; charset=UTF-8$/i,
};

function isKnownMeta(attrs: Element['attrs']): boolean {
  const content = attrs.find(({ name }) => name === 'content')?.value;
  const [kind, ...more] = attrs.filter(({ name }) => name !== 'content');
  if (kind === undefined || more.length > 0 || content === undefined) return false;
  if (kind.name !== 'name' && kind.name !== 'http-equiv') return false;
  const key = kind.value.toLowerCase();
  const isEquivalent = key === 'x-ua-compatible' || key === 'content-type';
  return (kind.name === 'http-equiv') === isEquivalent && Object.hasOwn(metas, key) && metas[key]!.test(content);
}
