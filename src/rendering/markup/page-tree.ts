// A compiled letter as an HTML parser read it, and what is asked of such a tree. Pure.
import type { DefaultTreeAdapterTypes } from 'parse5';
import type { StyleDeclaration, StyleRule } from './style.ts';

export type Element = DefaultTreeAdapterTypes.Element;
export type Node = DefaultTreeAdapterTypes.Node;

/** A letter as it was read: for the question which of its words are seen. */
export interface Page {
  readonly document: DefaultTreeAdapterTypes.Document;
  readonly rules: StyleRule[];
  readonly styles: Map<Element, readonly StyleDeclaration[]>;
  /** What an inbox shows beside the subject; hidden in the letter as MJML hides it. */
  readonly preheader: Element | null;
}

/** What stands in the letter, style sheets left out. */
export function wordsOf(node: Node, between: string): string {
  if ('value' in node) return node.value;
  if (!('childNodes' in node) || node.nodeName === 'style') return '';
  return node.childNodes.map((child) => wordsOf(child, between)).join(between);
}

/** All text in a node. */
export function textOf(node: Node): string {
  if ('value' in node) return node.value;
  return 'childNodes' in node ? node.childNodes.map(textOf).join('') : '';
}

export function attribute(element: Element | null, name: string): string | null {
  return element?.attrs.find((each) => each.name === name)?.value ?? null;
}

export function rootOf({ document }: Page): Element | null {
  return document.childNodes.find((node): node is Element => 'tagName' in node) ?? null;
}

/** As MJML writes it, but for the colour (compile-letters.ts): a text alone, the first thing of the body. */
const preheaderStyle =
  /^display:none;font-size:1px;color:#[\da-f]{6};line-height:1px;max-height:0px;max-width:0px;opacity:0;overflow:hidden;$/;

export function preheaderOf(document: DefaultTreeAdapterTypes.Document): Element | null {
  const body = descendant(document, 'body');
  const first = body?.childNodes.find((node): node is Element => 'tagName' in node);
  if (first?.tagName !== 'div' || !preheaderStyle.test(attribute(first, 'style') ?? '')) return null;
  return first.childNodes.every((node) => node.nodeName === '#text') ? first : null;
}

function descendant(node: Node, name: string): Element | null {
  if ('tagName' in node && node.tagName === name) return node;
  if (!('childNodes' in node)) return null;
  for (const child of node.childNodes) {
    const found = descendant(child, name);
    if (found !== null) return found;
  }
  return null;
}
