// Where a line may end within the name of a site or an address. No browser breaks them by itself: on a phone at 200 % the
// last label was cut in two (`platform.openai.co` / `m`), which is how false names are made. Pure.

/** What fits the narrowest line at 200 % is left alone. */
const longest = 15;
const name = /(?:[\w.+-]+@)?[a-z\d-]+(?:\.[a-z\d-]+)+/gi;
const opportunity = '<wbr>';

/** The same text of an HTML page (escaped, no tags), with `<wbr>` after each dot and @ within long names. */
export function breakableNames(text: string): string {
  return text.replaceAll(name, (whole) =>
    whole.length <= longest ? whole : whole.replaceAll(/[.@](?=[\w-])/g, (mark) => `${mark}${opportunity}`),
  );
}

/** The same for a whole page: what its body says, and neither attributes nor placeholders. */
export function withBreakableNames(html: string): string {
  const from = html.indexOf('<body');
  const said = html
    .slice(from)
    .replaceAll(/>[^<]+(?=<)/g, (text) =>
      text.replaceAll(/\{\{[^}]*\}\}|[^{]+/g, (part) => (part.startsWith('{{') ? part : breakableNames(part))),
    );
  return `${html.slice(0, from)}${said}`;
}
