// The placeholders of a letter: a small closed grammar, so that "can it be filled?" is decided when the
// letter is compiled and not when it meets its first recipient. Pure.
//
//   {{fact.NAME}}                                        a fact of the kit, filled when the letter is compiled
//   {{#each exposed}} … {{this}} … {{/each}}             the list of exposed data (affected letters)
//   {{#if recipient.name}} … {{else}} … {{/if}}          for recipients with and without a name
//   {{recipient.name}}                                   only where there is one
//
// Handlebars renders what is left, but may do nothing else: no helpers, partials, raw `{{{ }}}` or comments.
import type { Audience } from '../domain/audience.ts';

/** One `{{…}}` as it stands in the source. */
export interface Placeholder {
  /** As written, for example `{{ fact.contact }}`. */
  readonly raw: string;
  /** What is between the braces, trimmed, inner space made single. */
  readonly name: string;
  /** Position in the source. */
  readonly index: number;
}

/** Why a placeholder can't be filled. */
export interface PlaceholderProblem {
  /** As written. */
  readonly placeholder: string;
  readonly why: string;
}

/** All placeholders of a source, in order. */
export function readPlaceholders(source: string): Placeholder[] {
  return [...source.matchAll(/\{\{([\s\S]*?)\}\}/g)].map((match) => ({
    raw: match[0],
    name: (match[1] ?? '').trim().replaceAll(/\s+/g, ' '),
    index: match.index,
  }));
}

/** The first problem of a letter's body, or null when every placeholder can be filled for every recipient. */
export function findPlaceholderProblem(
  source: string,
  audience: Audience,
  hasFact: (name: string) => boolean,
): PlaceholderProblem | null {
  const open: ('each' | 'if' | 'else')[] = [];
  const placeholders = readPlaceholders(source);
  for (const placeholder of placeholders) {
    const why = step(placeholder.name, open, audience, hasFact) ?? brokenBraces(placeholder, source);
    if (why !== null) return { placeholder: placeholder.raw, why };
  }
  return open.length > 0
    ? { placeholder: open.at(-1) === 'each' ? '{{#each exposed}}' : '{{#if recipient.name}}', why: 'it is not closed' }
    : strayBraces(source);
}

/** The first problem of a subject, where only facts may stand, or null. */
export function findSubjectProblem(subject: string, hasFact: (name: string) => boolean): PlaceholderProblem | null {
  for (const { raw, name } of readPlaceholders(subject)) {
    const fact = factName(name);
    if (fact === null) return { placeholder: raw, why: 'the subject can hold facts only' };
    if (!hasFact(fact)) return { placeholder: raw, why: `the kit has no fact ${fact} in this locale` };
  }
  return strayBraces(subject);
}

/** The source with its facts filled in; everything else stays. */
export function fillFacts(source: string, fact: (name: string) => string): string {
  return source.replaceAll(/\{\{\s*fact\.(\w+)\s*\}\}/g, (_, name: string) => fact(name));
}

// Takes one placeholder through the grammar; answers why it does not fit, or null.
function step(
  name: string,
  open: ('each' | 'if' | 'else')[],
  audience: Audience,
  hasFact: (name: string) => boolean,
): string | null {
  const innermost = open.at(-1);
  const fact = factName(name);
  if (fact !== null) return hasFact(fact) ? null : `the kit has no fact ${fact} in this locale`;
  switch (name) {
    case '#each exposed':
      if (audience === 'unaffected') return 'nothing of the unaffected was exposed';
      if (open.includes('each')) return 'it is inside another {{#each exposed}}';
      open.push('each');
      return null;
    case 'this':
      return innermost === 'each' ? null : 'it needs {{#each exposed}} directly around it';
    case '/each':
      return open.pop() === 'each' ? null : 'it closes nothing';
    case '#if recipient.name':
      if (open.length > 0) return 'it is inside another block';
      open.push('if');
      return null;
    case 'else':
      if (innermost !== 'if') return 'it needs {{#if recipient.name}} before it';
      open[open.length - 1] = 'else';
      return null;
    case '/if': {
      const closed = open.pop();
      return closed === 'if' || closed === 'else' ? null : 'it closes nothing';
    }
    case 'recipient.name':
      return open.includes('if') ? null : 'a recipient may have no name; it needs {{#if recipient.name}} around it';
    default:
      return 'there is no such placeholder';
  }
}

function factName(name: string): string | null {
  return /^fact\.(\w+)$/.exec(name)?.[1] ?? null;
}

// A backslash before the braces, or a third brace, means something else to Handlebars.
function brokenBraces({ raw, index }: Placeholder, source: string): string | null {
  const before = source[index - 1];
  const after = source[index + raw.length];
  return before === '\\' || before === '{' || after === '}' ? 'it has a third brace or a backslash beside it' : null;
}

function strayBraces(source: string): PlaceholderProblem | null {
  const rest = source.replaceAll(/\{\{[\s\S]*?\}\}/g, '');
  const at = rest.indexOf('{{');
  return at === -1 ? null : { placeholder: rest.slice(at, at + 24), why: 'it is not closed' };
}
