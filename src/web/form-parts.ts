// Forms that tell a person what is wrong beside the field and above the form, and keep what was typed.
import { z } from 'zod';
import { html, type Html } from './html.ts';

/** Name of a field → what is wrong with it. */
export type FieldProblems = Readonly<Record<string, string>>;

/** Reads a form by its schema: the values, or what is wrong with which field. */
export function readForm<T>(
  body: unknown,
  schema: z.ZodType<T>,
): { ok: true; values: T } | { ok: false; problems: FieldProblems } {
  const read = schema.safeParse(typeof body === 'object' && body !== null ? body : {});
  if (read.success) return { ok: true, values: read.data };
  const problems: Record<string, string> = {};
  for (const issue of read.error.issues) problems[String(issue.path[0] ?? 'form')] ??= issue.message;
  return { ok: false, problems };
}

/** A number in digits, `0.4` or `1200`: neither `0x10` nor `1e5`, which nobody means, nor a comma, which stands for two things. */
export function plainNumber(message: string): z.ZodType<number, string> {
  return z
    .string(message)
    .trim()
    .regex(/^\d{1,9}(?:\.\d{1,20})?$/, message)
    .transform(Number);
}

/** The text that a field had when the form came back. */
export function typed(body: unknown, name: string): string {
  if (typeof body !== 'object' || body === null || !(name in body)) return '';
  const value: unknown = Reflect.get(body, name);
  return typeof value === 'string' ? value.slice(0, 2_000) : '';
}

/** Above the form: every problem, each a link to its field. Takes the focus when the page opens. */
export function errorSummary(problems: FieldProblems): Html | null {
  const entries = Object.entries(problems);
  if (entries.length === 0) return null;
  return html`<div class="note bad" role="alert" tabindex="-1" id="problems"><p><strong>There is a problem</strong></p><ul>${entries.map(([name, message]) => html`<li><a href="#${name}">${message}</a></li>`)}</ul></div>`;
}

export interface FieldParts {
  readonly name: string;
  readonly label: string;
  readonly hint?: string | Html;
  readonly value?: string;
  readonly type?: 'text' | 'password' | 'number' | 'datetime-local' | 'search';
  readonly autocomplete?: string;
  readonly problems?: FieldProblems;
  readonly inputmode?: string;
  readonly small?: boolean;
}

/** A labelled input with its hint and its problem. */
export function field(parts: FieldParts): Html {
  const problem = parts.problems?.[parts.name];
  const described = [parts.hint !== undefined && `${parts.name}-hint`, problem !== undefined && `${parts.name}-problem`]
    .filter((one) => one !== false)
    .join(' ');
  return html`<div class="field ${problem !== undefined ? 'wrong' : ''}"><label for="${parts.name}">${parts.label}</label>
${parts.hint !== undefined && html`<p class="hint" id="${parts.name}-hint">${parts.hint}</p>`}
${problem !== undefined && html`<p class="problem" id="${parts.name}-problem">${problem}</p>`}
<input class="${parts.small === true ? 'small' : ''}" id="${parts.name}" name="${parts.name}" type="${parts.type ?? 'text'}" value="${parts.value ?? ''}" autocomplete="${parts.autocomplete ?? 'off'}" inputmode="${parts.inputmode ?? 'text'}" aria-describedby="${described}" aria-invalid="${problem === undefined ? 'false' : 'true'}" spellcheck="false"></div>`;
}

/** A box to tick, with what ticking it means. */
export function checkbox(parts: {
  name: string;
  value?: string;
  label: string | Html;
  checked?: boolean;
  problems?: FieldProblems;
}): Html {
  const problem = parts.problems?.[parts.name];
  const input =
    parts.checked === true
      ? html`<input type="checkbox" id="${parts.name}" name="${parts.name}" value="${parts.value ?? 'yes'}" checked>`
      : html`<input type="checkbox" id="${parts.name}" name="${parts.name}" value="${parts.value ?? 'yes'}">`;
  return html`<div class="field check ${problem !== undefined ? 'wrong' : ''}">${problem !== undefined && html`<p class="problem">${problem}</p>`}<label for="${parts.name}">${input}<span>${parts.label}</span></label></div>`;
}

/** A choice of one. */
export function select(parts: {
  name: string;
  label: string;
  hint?: string;
  options: readonly { value: string; text: string }[];
  chosen: string;
  problems?: FieldProblems;
}): Html {
  const problem = parts.problems?.[parts.name];
  return html`<div class="field ${problem !== undefined ? 'wrong' : ''}"><label for="${parts.name}">${parts.label}</label>
${parts.hint !== undefined && html`<p class="hint">${parts.hint}</p>`}${problem !== undefined && html`<p class="problem">${problem}</p>`}
<select id="${parts.name}" name="${parts.name}">${parts.options.map(({ value, text }) => (value === parts.chosen ? html`<option value="${value}" selected>${text}</option>` : html`<option value="${value}">${text}</option>`))}</select></div>`;
}

/** Text with what stands between backquotes in the type of commands. */
export function prose(text: string): Html[] {
  return text.split('`').map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : html`${part}`));
}

/** A coloured remark. */
export function note(tone: string, heading: string, text: string | Html | readonly Html[]): Html {
  return html`<div class="note ${tone}"><p><strong>${heading}</strong></p><p>${typeof text === 'string' ? prose(text) : text}</p></div>`;
}
