// CSS as a letter may write it: read by a CSS parser, after which every property and every part of a value has to be
// one that is known. Escapes are refused as such: no letter needs one, and they are how `url(` is written to be
// overlooked. Pure.
// The benches are compiled without the files beside their imports.
// oxlint-disable-next-line typescript/triple-slash-reference
/// <reference path="./css-tree.d.ts" />
import type { CssNode, Declaration } from 'css-tree';
import parse from 'css-tree/parser';
import { commonKeywords, compiledProperties, keywords, kitProperties, type StyleAuthor } from './allowed.ts';
import { readColour } from './colour.ts';
import { finding, type MarkupFinding } from './finding.ts';
import { lengthProblem } from './lengths.ts';
import { readSelector, type Selector } from './selector.ts';

/** One property with its value as text. */
export interface StyleDeclaration {
  readonly property: string;
  readonly value: string;
  readonly important: boolean;
}

/** For which readers a rule is: in the dark scheme or the light one, and at which widths of the window. */
export interface Media {
  readonly scheme: 'light' | 'dark' | null;
  readonly minWidth: number;
  readonly maxWidth: number;
}

export interface StyleRule {
  readonly media: Media;
  readonly selectors: readonly Selector[];
  readonly declarations: readonly StyleDeclaration[];
}

/** What was read; an Error where something in it may not be. */
export type StyleReading<T> = { readonly read: T; readonly problem: null } | { readonly problem: MarkupFinding };

class Refused extends Error {}

/** The media of a rule outside of any `@media`. */
export const everywhere: Media = { scheme: null, minWidth: 0, maxWidth: Number.POSITIVE_INFINITY };

/** A `style` attribute, its entities decoded. */
export function readStyleAttribute(text: string, author: StyleAuthor): StyleReading<readonly StyleDeclaration[]> {
  return reading(() => {
    const list = parsed(text, 'declarationList');
    if (list.type !== 'DeclarationList') throw new Refused('it is no list of declarations');
    return list.children.toArray().map((node) => readDeclaration(node, text, author));
  });
}

/** One value of a property, as MJML's attributes hold it. */
export function readStyleValue(property: string, value: string): StyleReading<readonly StyleDeclaration[]> {
  // What ends a declaration begins another one.
  if (/[;{}!]/.test(value))
    return { problem: finding('style-not-allowed', `"${value.slice(0, 60)}" is not one value`) };
  return readStyleAttribute(`${property}:${value}`, 'mjml');
}

/** A whole style sheet; `media` is what its element says. */
export function readStyleSheet(
  text: string,
  author: StyleAuthor,
  media: string | null = null,
): StyleReading<readonly StyleRule[]> {
  return reading(() => {
    const sheet = parsed(text, 'stylesheet');
    if (sheet.type !== 'StyleSheet') throw new Refused('it is no style sheet');
    const around = media === null ? everywhere : readMedia(media, everywhere);
    return sheet.children.toArray().flatMap((node) => readRule(node, text, author, around));
  });
}

function reading<T>(read: () => T): StyleReading<T> {
  try {
    return { read: read(), problem: null };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return { problem: finding('style-not-allowed', error.message) };
  }
}

function parsed(text: string, context: 'declarationList' | 'stylesheet'): CssNode {
  if (text.includes('\\')) throw new Refused('a style has no backslash: write characters as they are');
  if (/[<&\p{Cc}]/u.test(text.replaceAll(/[\n\r\t]/g, '')))
    throw new Refused('a style holds "<", "&" or a control character');
  // A parser closes at the end what is open, and what is written behind it would be inside.
  if (text.split('{').length !== text.split('}').length || text.split('(').length !== text.split(')').length)
    throw new Refused('a style leaves a bracket open');
  return parse(text, {
    context,
    positions: true,
    parseCustomProperty: true,
    onParseError: (error) => {
      throw new Refused(`a style cannot be read: ${error.message}`);
    },
  });
}

function readRule(node: CssNode, text: string, author: StyleAuthor, media: Media): StyleRule[] {
  if (node.type === 'Comment') return [];
  if (node.type === 'Atrule') {
    if (node.name.toLowerCase() !== 'media' || node.block === null || node.prelude === null)
      throw new Refused(`@${node.name} is not allowed: a style has rules and @media, nothing else`);
    const inside = readMedia(source(node.prelude, text), media);
    return node.block.children.toArray().flatMap((inner) => readRule(inner, text, author, inside));
  }
  if (node.type !== 'Rule' || node.prelude.type !== 'SelectorList')
    throw new Refused(`a style has rules and @media, nothing else: "${source(node, text).slice(0, 60)}"`);
  const selectors = node.prelude.children.toArray().map((each) => {
    const selector = each.type === 'Selector' ? readSelector(each) : null;
    if (selector === null)
      throw new Refused(
        `the selector "${source(each, text).slice(0, 60)}" is not allowed: use elements, classes, ids, and what is inside them`,
      );
    return selector;
  });
  const declarations = node.block.children.toArray().filter(({ type }) => type !== 'Comment');
  return [{ media, selectors, declarations: declarations.map((each) => readDeclaration(each, text, author)) }];
}

/** Widths in px and the colour scheme: what a letter has to know of its reader. */
function readMedia(query: string, outer: Media): Media {
  let { scheme, minWidth, maxWidth } = outer;
  for (const part of query.toLowerCase().split(/\sand\s/)) {
    const width = /^\s*\(\s*(min|max)-width\s*:\s*(\d{1,5})(?:\.\d+)?px\s*\)\s*$/.exec(part);
    const colours = /^\s*\(\s*prefers-color-scheme\s*:\s*(light|dark)\s*\)\s*$/.exec(part)?.[1];
    if (width?.[1] === 'min') minWidth = Math.max(minWidth, Number(width[2]));
    else if (width?.[1] === 'max') maxWidth = Math.min(maxWidth, Number(width[2]));
    else if (colours === 'light' || colours === 'dark') scheme = colours;
    else if (!/^\s*(?:only\s+)?(?:screen|all)\s*$/.test(part))
      throw new Refused(
        `"@media ${query.trim().slice(0, 60)}" is not allowed: use min-width or max-width in px, or prefers-color-scheme`,
      );
  }
  return { scheme, minWidth, maxWidth };
}

function readDeclaration(node: CssNode, text: string, author: StyleAuthor): StyleDeclaration {
  if (node.type !== 'Declaration' || node.value.type !== 'Value')
    throw new Refused(`a style cannot be read: "${source(node, text).slice(0, 60)}"`);
  const property = node.property.toLowerCase();
  const allowed = author === 'kit' ? kitProperties : compiledProperties;
  if (!allowed.has(property)) throw new Refused(`the property ${node.property} is not allowed`);
  if (node.important !== false && node.important !== true) throw new Refused(`"!${node.important}" is not allowed`);
  const value = source(node.value, text).trim();
  const parts = node.value.children.toArray();
  if (value === '' || parts.length === 0) throw new Refused(`the property ${property} has no value`);
  for (const part of parts) refuseValue(property, part, text, author);
  if (property.endsWith('color') || property === 'background') refuseNoColour(property, node, value);
  return { property, value, important: node.important };
}

function refuseValue(property: string, part: CssNode, text: string, author: StyleAuthor): void {
  const written = source(part, text);
  if (part.type === 'Number' || part.type === 'Percentage' || part.type === 'Dimension') {
    const unit = part.type === 'Dimension' ? part.unit : part.type === 'Percentage' ? '%' : '';
    const problem = lengthProblem(property, Number(part.value), unit.toLowerCase(), author);
    if (problem !== null) throw new Refused(`${property}: ${written.slice(0, 30)} ${problem}`);
    return;
  }
  const isKnown =
    (part.type === 'Identifier' && isKeyword(property, part.name, author)) ||
    (part.type === 'Hash' && readColour(written) !== null) ||
    (part.type === 'Function' && readColour(written) !== null) ||
    (part.type === 'String' && property === 'font-family' && /^[\p{L}\d _-]{1,60}$/u.test(part.value)) ||
    (part.type === 'Operator' && [',', '/'].includes(part.value.trim()));
  if (!isKnown) throw new Refused(`the value "${written.slice(0, 60)}" of ${property} is not allowed`);
}

function isKeyword(property: string, written: string, author: StyleAuthor): boolean {
  // Names of fonts are words of their own.
  if (property === 'font-family') return /^[\w-]{1,40}$/.test(written);
  const name = written.toLowerCase();
  const own = keywords[property];
  if (own !== undefined) return own.has(name) || (author === 'mjml' && mayBeHiddenByMjml(property));
  return commonKeywords.has(name) || readColour(name) !== null;
}

/** The preheader alone, which is known by its place. */
function mayBeHiddenByMjml(property: string): boolean {
  return property === 'display' || property === 'overflow';
}

/** A colour must be measurable, or nobody could say whether the words on it are seen. */
function refuseNoColour(property: string, node: Declaration, value: string): void {
  const parts = node.value.type === 'Value' ? node.value.children.toArray() : [];
  const isColour = /^(?:border|outline)/.test(property)
    ? true
    : parts.length === 1 && (readColour(value) !== null || /^(?:inherit|currentcolor|none)$/i.test(value));
  if (!isColour && !property.endsWith('color-scheme') && property !== 'supported-color-schemes')
    throw new Refused(
      `the value "${value.slice(0, 60)}" of ${property} is not allowed: write one colour, such as #1d2430, rgb(29, 36, 48) or navy`,
    );
}

function source(node: CssNode, text: string): string {
  return node.loc ? text.slice(node.loc.start.offset, node.loc.end.offset) : '';
}
