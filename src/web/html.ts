// HTML from a tagged template that escapes by default: whatever is put into `html` is text unless it
// is itself a result of `html`. There is no way round it but this file's own constructor.

/** Escaped, finished HTML. Only `html` makes it; an object that looks like it is not one. */
export class Html {
  readonly #text: string;

  private constructor(text: string) {
    this.#text = text;
  }

  static fromParts(strings: readonly string[], values: readonly HtmlValue[]): Html {
    return new Html(
      strings.map((string, index) => (index === 0 ? string : render(values[index - 1]) + string)).join(''),
    );
  }

  static is(value: unknown): value is Html {
    return typeof value === 'object' && value !== null && #text in value;
  }

  toString(): string {
    return this.#text;
  }
}

/** What may be put in. Lists are joined; null, undefined and false are nothing, so that `&&` reads well. */
export type HtmlValue = Html | string | number | null | undefined | false | readonly HtmlValue[];

/** Makes HTML. A value may stand in text or in a *quoted* attribute; elsewhere it is a bug and throws. */
export function html(strings: TemplateStringsArray, ...values: HtmlValue[]): Html {
  if (!checkedTemplates.has(strings)) {
    checkPlaces(strings);
    checkedTemplates.add(strings);
  }
  return Html.fromParts(strings, values);
}

/** Text as it may stand in HTML text and in quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"'`]/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** Templates are literals, so each is looked at once. */
const checkedTemplates = new WeakSet<TemplateStringsArray>();

/** Walks through the literal parts and throws when a value stands where escaping would not be enough. */
function checkPlaces(strings: TemplateStringsArray): void {
  let place: 'text' | 'tag' | '"' | "'" = 'text';
  strings.forEach((string, index) => {
    if (/<(?:script|style)\b[^>]*>[^<]*$/i.test(string)) throw new Error('a value stands in a script or a style');
    for (const character of string) {
      if (place === 'text') place = character === '<' ? 'tag' : 'text';
      else if (place === 'tag')
        place = character === '>' ? 'text' : character === '"' || character === "'" ? character : 'tag';
      else if (character === place) place = 'tag';
    }
    if (place === 'tag' && index < strings.length - 1)
      throw new Error('a value stands in a tag, outside a quoted attribute');
  });
}

function render(value: HtmlValue): string {
  if (value === null || value === undefined || value === false) return '';
  if (Html.is(value)) return value.toString();
  if (typeof value === 'string') return escapeHtml(value);
  if (typeof value === 'number') return String(value);
  if (Array.isArray(value)) return value.map((one: HtmlValue) => render(one)).join('');
  throw new TypeError('not a value for HTML');
}
