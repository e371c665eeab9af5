// Environment → values: every variable is read and checked, and all problems are found at once.
import { readFileSync } from 'node:fs';
import type { Environment } from './environment.ts';
import { shownValue } from './mask.ts';
import { nearestName } from './nearest-name.ts';
import { good, notUtf8, unseenCharacter, type Reading } from './reading.ts';
import { isSecret, variableNames, variables, type Values, type VariableName } from './variables.ts';

/** Reads a file of settings; throws as `readFileSync` does. A parameter, so that checks need no disk. */
export type ReadFile = (path: string) => string;

export interface ReadValues {
  /** Complete when `problems` is empty. */
  readonly values: Values;
  /** One line each: name, what was expected, what was found (secrets masked). */
  readonly problems: readonly string[];
}

/** No secret is longer; a FILE variable that points at a device or a dump must not fill the memory. */
const longestFile = 65_536;

/** The file's text; throws when it is longer than 64 KB or not readable. */
export function readSettingFile(path: string): string {
  const content = readFileSync(path);
  if (content.length > longestFile) throw Object.assign(new Error('too long'), { code: 'EFBIG' });
  return content.toString('utf8');
}

/** Reads all variables of the table from an environment; never throws. */
export function readValues(env: Environment, readFile: ReadFile = readSettingFile): ReadValues {
  const problems: string[] = [];
  const entries = variableNames.map((name) => {
    const text = settingText(env, name, readFile);
    if (!text.ok) problems.push(text.problem);
    if (!text.ok || text.value === null) return [name, null];
    const unseen = unseenIn(name, text.value);
    if (unseen !== null) {
      problems.push(expectation(name, text.value, unseen));
      return [name, null];
    }
    const parsed = variables[name].schema.safeParse(text.value);
    if (parsed.success) return [name, parsed.data];
    const custom = parsed.error.issues.find((issue) => issue.code === 'custom')?.message;
    problems.push(expectation(name, text.value, custom ?? null));
    return [name, null];
  });
  return { values: Object.fromEntries(entries) as Values, problems };
}

/** Paths may hold what they like, as far as it was read at all; a key in PEM has line breaks, and its own check. */
function unseenIn(name: VariableName, text: string): string | null {
  if (text.includes('\uFFFD')) return notUtf8;
  return variables[name].anyCharacter === true ? null : unseenCharacter(text);
}

/** One problem as a line. `detail` never quotes the value. */
export function expectation(name: VariableName, text: string, detail: string | null): string {
  const { expected, secrecy } = variables[name];
  const near = secrecy === 'open' ? nearestName(text.toLowerCase(), choices(expected), 2) : null;
  const hint = near === null ? detail : `did you mean ${near}?`;
  return `${name}: expected ${expected}; found ${shownValue(text, secrecy)}${hint === null || text === '' ? '' : ` (${hint})`}`;
}

/** The text to parse: the variable's, its file's, its default's, or null. */
function settingText(env: Environment, name: VariableName, readFile: ReadFile): Reading<string | null> {
  const text = env[name];
  const path = isSecret(name) ? env[`${name}_FILE`] : undefined;
  if (text !== undefined && path !== undefined)
    return { ok: false, problem: `${name}: expected either ${name} or ${name}_FILE; found both` };
  if (path === undefined) return good(text ?? variables[name].fallback);
  try {
    return good(readFile(path).replace(/^\uFEFF|(?:\r?\n)+$/g, ''));
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
    return {
      ok: false,
      problem: `${name}_FILE: expected a readable file; found ${shownValue(path, 'open')} (${code})`,
    };
  }
}

function choices(expected: string): string[] {
  return expected.startsWith('one of ') ? expected.slice('one of '.length).split(', ') : [];
}
