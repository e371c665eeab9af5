// What a stream can show: its width, colours and characters, from the stream and a few well-known
// variables. Pure, so that every rendering can be tested at any width.

/** What the rendering functions need to know about where their text goes. */
export interface View {
  readonly columns: number;
  readonly color: boolean;
  /** False where only ASCII is safe. */
  readonly unicode: boolean;
}

/** A stream that may be a terminal. */
export interface MaybeTerminal {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
}

export type Variables = Readonly<Record<string, string | undefined>>;

/** Lines are not made wider than this even on a wide screen: longer ones are hard to read. */
const widest = 100;

/**
 * The view of a stream. Colour needs a terminal, no `NO_COLOR` (https://no-color.org: any non-empty
 * value) and a `TERM` other than `dumb`. A locale that is set and is not UTF-8 gets ASCII.
 */
export function viewOf(stream: MaybeTerminal, variables: Variables): View {
  const terminal = stream.isTTY === true;
  return {
    columns: terminal && stream.columns !== undefined && stream.columns > 0 ? stream.columns : 80,
    color: terminal && (variables['NO_COLOR'] ?? '') === '' && variables['TERM'] !== 'dumb',
    unicode: speaksUnicode(variables),
  };
}

/** True when the stream is a terminal that can move its cursor. */
export function canRedraw(stream: MaybeTerminal, variables: Variables): boolean {
  return stream.isTTY === true && variables['TERM'] !== 'dumb';
}

/** The width for running text. */
export function textColumns(view: View): number {
  return Math.max(20, Math.min(view.columns, widest));
}

function speaksUnicode(variables: Variables): boolean {
  const locale = [variables['LC_ALL'], variables['LC_CTYPE'], variables['LANG']].find(
    (value) => value !== undefined && value !== '',
  );
  return locale === undefined || /utf-?8/i.test(locale);
}
