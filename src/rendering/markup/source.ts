// The check of a kit's MJML as it is written. What it accepts, every reader of HTML or MJML takes apart alike: a tag is
// a name of the list and attributes in quotation marks, without entities and placeholders in them; `<` stands for
// nothing else. So there is no difference between parsers to be had. Pure.
import { parseFragment } from 'parse5';
import { mjmlElements, mjmlStyleAttributes, mjmlWordAttributes, proseAttributes, proseElements } from './allowed.ts';
import { finding, type MarkupFinding } from './finding.ts';
import { readStyleAttribute, readStyleSheet, readStyleValue } from './style.ts';
import { findLink, findUnsafeWords } from './words.ts';

/** The source without its comments, its lines numbered as before. Comments are for who writes the kit: no reader gets them. */
export function withoutComments(mjml: string): string {
  return mjml.replaceAll(/<!--(?!-?>)[\s\S]*?-->/g, (comment) => comment.replaceAll(/[^\n]+/g, ''));
}

const tag = /<(\/?)([a-z][a-z\d-]*)((?:\s+[a-z][a-z\d:-]*=(?:"[^"<>{}&]*"|'[^'<>{}&]*'))*)\s*(\/?)>/iy;
const tagName = /^<\/?\s*([a-z!?][^\s/>{]*)/i;

/** What is wrong with a kit's MJML, or null. Whatever it holds, in the time that its length takes. */
export function findUnsafeSource(mjml: string): MarkupFinding | null {
  const source = withoutComments(mjml);
  const broken = brokenCharacters(source);
  if (broken !== null) return broken;
  let prose = '';
  for (let at = source.indexOf('<'), from = 0; ; at = source.indexOf('<', from)) {
    prose += source.slice(from, at === -1 ? undefined : at);
    if (at === -1) break;
    // As people write "less than".
    if (/\s/.test(source[at + 1] ?? ' ')) {
      prose += '<';
      from = at + 1;
      continue;
    }
    tag.lastIndex = at;
    const found = tag.exec(source);
    const problem = found === null ? brokenTag(source.slice(at, at + 80)) : tagProblem(found);
    if (problem !== null) return problem;
    from = tag.lastIndex;
    // Elements may part a word that is a link; blocks part words.
    prose += '\n';
    if (found?.[2]?.toLowerCase() === 'mj-style' && found[1] === '' && found[4] === '') {
      const end = source.indexOf('<', from);
      const { problem: css } = readStyleSheet(source.slice(from, end === -1 ? undefined : end), 'kit');
      if (css !== null) return css;
      if (end === -1 || !/^<\/mj-style\s*>/i.test(source.slice(end)))
        return finding('markup-broken', 'an mj-style holds a "<" or is not closed');
      from = end;
    }
  }
  return findUnsafeWords(decoded(prose), true) ?? findLink(decoded(prose.replaceAll('\n', '')));
}

function tagProblem([, , written = '', list = '']: RegExpExecArray): MarkupFinding | null {
  const element = written.toLowerCase();
  const isMjml = mjmlElements.has(element);
  if (!isMjml && !proseElements.has(element)) return notAllowed(written);
  const seen = new Set<string>();
  for (const [, spelled = '', double, single = ''] of list.matchAll(/([a-z][a-z\d:-]*)=(?:"([^"]*)"|'([^']*)')/gi)) {
    const name = spelled.toLowerCase();
    if (seen.has(name)) return finding('markup-broken', `<${element}> has the attribute ${name} twice`);
    seen.add(name);
    const problem = attributeProblem(element, isMjml, name, double ?? single);
    if (problem !== null) return problem;
  }
  return null;
}

function attributeProblem(element: string, isMjml: boolean, name: string, value: string): MarkupFinding | null {
  if (!isMjml) {
    if (!proseAttributes.has(name)) return noAttribute(element, name);
    return name === 'style' ? readStyleAttribute(value, 'kit').problem : wordProblem(element, name, value);
  }
  const property = mjmlStyleAttributes.get(name);
  // MJML's boolean-like `width` of a breakpoint and `align` of a divider are plain values, too.
  if (property !== undefined && name !== 'align' && name !== 'height')
    return name === 'cellpadding' || name === 'cellspacing' || name === 'direction' || name === 'gap'
      ? wordProblem(element, name, value)
      : readStyleValue(property, value).problem;
  return property !== undefined || mjmlWordAttributes.has(name)
    ? wordProblem(element, name, value)
    : noAttribute(element, name);
}

/** Words, numbers and lengths: the values of all attributes that are no CSS. */
export function wordProblem(element: string, name: string, value: string): MarkupFinding | null {
  return /^[\w\s%.-]{0,200}$/.test(value)
    ? null
    : finding('attribute-not-allowed', `the attribute ${name} of <${element}> holds more than words and numbers`);
}

function brokenTag(text: string): MarkupFinding {
  const name = tagName.exec(text)?.[1]?.toLowerCase();
  if (name !== undefined && !mjmlElements.has(name) && !proseElements.has(name)) return notAllowed(name);
  return finding(
    'markup-broken',
    `near "${text.replaceAll(/\s+/g, ' ').slice(0, 40)}": write attributes in quotation marks, without "&", "<", ">" and braces in them, and "<" as &lt;`,
  );
}

function notAllowed(name: string): MarkupFinding {
  return finding('element-not-allowed', `<${name.slice(0, 40)}> is not allowed`);
}

function noAttribute(element: string, name: string): MarkupFinding {
  return finding('attribute-not-allowed', `the attribute ${name} of <${element}> is not allowed`);
}

/** Control and private-use characters, halves of a pair, and markup in UTF-7, which old programs decode. */
function brokenCharacters(source: string): MarkupFinding | null {
  // oxlint-disable-next-line no-control-regex -- control characters are what is being refused
  if (
    /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\ue000-\uf8ff\ufdd0-\ufdef\ufffe\uffff]|\p{Cs}/u.test(source)
  )
    return finding('markup-broken', 'it holds a control character or a private-use character');
  return /\+A(?:Dw|D4|CI|CY|G[A-Za-z0-9])[A-Za-z0-9+/]*-/.test(source)
    ? finding('markup-broken', 'it holds markup in UTF-7')
    : null;
}

/** Entities decoded as a browser does. */
function decoded(text: string): string {
  const { childNodes } = parseFragment(text.replaceAll('<', '&lt;'));
  return childNodes.map((node) => ('value' in node ? node.value : '')).join('');
}
