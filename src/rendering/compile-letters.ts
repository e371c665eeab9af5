// Compiles a kit's letters: once per audience and locale, never per recipient. What comes out has every
// fact filled in, holds nothing that loads or links, and is proven to render for every kind of record.
import Handlebars from 'handlebars';
import { withBreakableNames } from './breakable-names.ts';
import { allCategories, exposedList } from './exposed-list.ts';
import { CandorError } from '../domain/errors.ts';
import type { CompiledLetter, Kit, LetterSource } from '../domain/kit.ts';
import { directionOf } from '../domain/writing-direction.ts';
import { createLetterBody } from './letter-body.ts';
import { letterDigest } from './letter-digest.ts';
import {
  fillFacts,
  findPlaceholderProblem,
  findSubjectProblem,
  readPlaceholders,
  type PlaceholderProblem,
} from './placeholders.ts';
import { findUnsafeSource, withoutComments, type MarkupFinding } from './safe-markup.ts';
import { findUnsafeLetter } from './safe-letter.ts';
import { textFromHtml } from './text-part.ts';

/**
 * All letters of the kit, in its order. Some 20 ms each.
 * Errors: `letter-unrenderable` for a placeholder that can't be filled, `letter-unsafe` for markup that a
 * notice may not have, `kit-invalid` for MJML that is not valid.
 */
export async function compileLetters(kit: Kit): Promise<CompiledLetter[]> {
  const letters: CompiledLetter[] = [];
  // One after the other: a kit's problems are then always reported in the same order.
  // oxlint-disable-next-line no-await-in-loop
  for (const source of kit.letters) letters.push(await compileLetter(kit, source));
  return letters;
}

async function compileLetter(kit: Kit, written: LetterSource): Promise<CompiledLetter> {
  // MJML hands on comments that stand in prose, and Outlook reads those that hold a condition.
  const source = { ...written, mjml: withoutComments(written.mjml) };
  const fact = (name: string): string | undefined =>
    Object.hasOwn(kit.facts, name) ? kit.facts[name]?.[source.locale] : undefined;
  const hasFact = (name: string): boolean => fact(name) !== undefined;
  refuseUnrenderable(
    kit,
    source,
    findSubjectProblem(source.subject, hasFact) ?? findPlaceholderProblem(source.mjml, source.audience, hasFact),
  );
  const unsafe = findUnsafeSource(source.mjml);
  // An attribute that MJML does not know, either, is a slip of the pen: MJML says in which line.
  if (unsafe?.check === 'attribute-not-allowed') await compileMjml(source.mjml, source);
  refuseUnsafe(kit, source, unsafe);

  const mjml = fillFacts(source.mjml, (name) => Handlebars.escapeExpression(fact(name) ?? ''));
  const finished = finishHtml(await compileMjml(mjml, source));
  refuseLostPlaceholder(kit, source, finished);
  refuseLostWords(source, mjml, finished);
  const html = withBreakableNames(finished);

  const content: Omit<CompiledLetter, 'digest'> = {
    audience: source.audience,
    locale: source.locale,
    subject: fillFacts(source.subject, (name) => fact(name) ?? ''),
    html,
    text: textFromHtml(html),
    categoryWords: wordsOf(kit.categoryWords, source.locale),
    exposed: source.audience === 'affected' ? wordsOf(kit.exposed, source.locale) : [],
    testMark: wordsOf(kit.testMarks, source.locale),
    printsName: readPlaceholders(html).some(({ name }) => name === 'recipient.name'),
  };
  const letter = { ...content, digest: letterDigest(content) };
  refuseUnsafe(kit, source, findUnsafeLetter(letter, directionOf(letter.locale) === 'rtl'));
  proveRenderable(kit, source, letter);
  return letter;
}

async function compileMjml(mjml: string, source: LetterSource): Promise<string> {
  try {
    // Loaded here: it takes 58 MB and half a second, and only a launch and a preview compile.
    const { default: mjml2html } = await import('mjml');
    // No minification: it changes the prose's white space and needs a network of plugins (33 ms instead of 9).
    const { html } = await mjml2html(mjml, {
      validationLevel: 'strict',
      fonts: {},
      keepComments: false,
      ignoreIncludes: true,
    });
    return html;
  } catch (cause) {
    const [first] = mjmlErrors(cause);
    const path = first?.line === undefined ? '(file)' : `line ${first.line} of the letter in its layout`;
    throw new CandorError(
      'kit-invalid',
      { file: source.file, path, expectation: `expected valid MJML (${first?.message ?? 'it cannot be parsed'})` },
      { cause },
    );
  }
}

function mjmlErrors(cause: unknown): { line?: number; message?: string }[] {
  const errors: unknown = typeof cause === 'object' && cause !== null && 'errors' in cause ? cause.errors : null;
  return Array.isArray(errors) ? (errors as { line?: number; message?: string }[]) : [];
}

/**
 * Tells mail programs that the letter brings its own dark colours, and not to make links of dates and
 * addresses. Indentation goes: it is a quarter of the bytes, and white space between tags means nothing here.
 */
const inkColor = '#1d2430';

function finishHtml(html: string): string {
  const scheme = html.includes('prefers-color-scheme') ? 'light dark' : 'light only';
  const metas = [
    `<meta name="color-scheme" content="${scheme}">`,
    `<meta name="supported-color-schemes" content="${scheme}">`,
    '<meta name="format-detection" content="telephone=no, date=no, address=no, email=no, url=no">',
  ];
  return `${html
    // The preheader is white on white as MJML writes it, which filters take for hidden text.
    .replace(/(<div style="display:none;font-size:1px;color:)#ffffff;/, `$1${inkColor};`)
    .replace('<head>', () => `<head>\n${metas.join('\n')}`)
    .replaceAll(/^[ \t]+|[ \t]+$/gm, '')
    .replaceAll(/\n{2,}/g, '\n')
    .trim()}\n`;
}

// MJML drops text that stands between its components, and a placeholder with it.
function refuseLostPlaceholder(kit: Kit, source: LetterSource, html: string): void {
  const kept = readPlaceholders(html).map(({ name }) => name);
  const lost = readPlaceholders(source.mjml)
    .filter(({ name }) => !name.startsWith('fact.'))
    .find(({ name }, index) => kept[index] !== name);
  refuseUnrenderable(
    kit,
    source,
    lost === undefined
      ? null
      : { placeholder: lost.raw, why: 'it stands where MJML prints nothing; move it into an mj-text' },
  );
}

// The same for words: a sentence beside an mj-text, or in an mj-text that is never closed, would be lost in silence.
function refuseLostWords(source: LetterSource, mjml: string, html: string): void {
  const written = proseWords(mjml.replace(/<mj-head\b[\s\S]*?<\/mj-head>/i, ''));
  const printed = proseWords(
    html.replace(/^[\s\S]*?<body\b[^>]*>/, '').replace(/<div style="display:none[\s\S]*?<\/div>/, ''),
  );
  const lost = written.findIndex((word, index) => printed[index] !== word);
  if (lost === -1) return;
  const near = written.slice(lost, lost + 4).join(' ');
  throw new CandorError('kit-invalid', {
    file: source.file,
    path: `near "${near}"`,
    expectation: 'expected all words inside an mj-text: MJML prints them nowhere else',
  });
}

function proseWords(markup: string): string[] {
  const prose = markup
    .replaceAll(/<!--[\s\S]*?-->/g, ' ')
    .replaceAll(/<(style|mj-style)\b[\s\S]*?<\/\1>/gi, ' ')
    .replaceAll(/<[^>]*>/g, ' ');
  // MJML fills a spacer with a hair space.
  return prose.split(/\s+/).filter((word) => word !== '' && word !== '&#8202;');
}

/** Renders the extremes: what holds for them holds for every record. A failure here is a placeholder that the checks above do not know. */
function proveRenderable(kit: Kit, source: LetterSource, letter: CompiledLetter): void {
  const fill = createLetterBody(letter);
  for (const categories of letter.audience === 'affected' ? [0, allCategories] : [0]) {
    for (const name of [null, 'Ana María', hostileName]) {
      const { html, text } = fill(categories, name);
      const leftover =
        readPlaceholders(html + text)[0]?.raw ?? (html.includes(hostileName) ? '{{recipient.name}}' : null);
      refuseUnrenderable(
        kit,
        source,
        leftover === null ? null : { placeholder: leftover, why: 'it is still there after rendering' },
      );
      const plain = text.replaceAll(/\s+/g, ' ');
      const untold = exposedList(letter, categories).find((item) => !plain.includes(item.replaceAll(/\s+/g, ' ')));
      refuseUnrenderable(
        kit,
        source,
        untold === undefined
          ? null
          : { placeholder: '{{#each exposed}}', why: 'an affected letter must list what was exposed' },
      );
    }
  }
}

const hostileName = '<img src=x onerror=alert(1)>"\'&\r\nBcc: someone@example.com';

function refuseUnrenderable(kit: Kit, source: LetterSource, problem: PlaceholderProblem | null): void {
  if (problem === null) return;
  const { audience: letter, locale, file } = source;
  throw new CandorError('letter-unrenderable', {
    kit: kit.id,
    letter,
    locale,
    placeholder: problem.placeholder,
    why: problem.why,
    file,
  });
}

function refuseUnsafe(kit: Kit, source: LetterSource, found: MarkupFinding | null): void {
  if (found === null) return;
  const { audience: letter, locale, file } = source;
  throw new CandorError('letter-unsafe', {
    kit: kit.id,
    letter,
    locale,
    check: found.check,
    finding: found.what,
    file,
  });
}

function wordsOf<T>(byLocale: Readonly<Record<string, T>>, locale: string): T {
  const words = byLocale[locale];
  if (words === undefined) throw new Error(`the kit was checked, but has no words in ${locale}`);
  return words;
}
