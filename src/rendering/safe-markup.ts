// What a letter may be made of. A notice must not look like what it warns about, so a kit's MJML is
// checked against a list of what is allowed, and the finished HTML once more: no links, forms, images,
// scripts, remote content, includes. Pure.

const mjmlTags = [
  'mjml',
  'mj-head',
  'mj-title',
  'mj-preview',
  'mj-attributes',
  'mj-all',
  'mj-class',
  'mj-style',
  'mj-breakpoint',
  'mj-body',
  'mj-wrapper',
  'mj-section',
  'mj-column',
  'mj-group',
  'mj-text',
  'mj-divider',
  'mj-spacer',
  'mj-table',
];
const proseTags = [
  'h1',
  'h2',
  'h3',
  'h4',
  'p',
  'br',
  'hr',
  'ul',
  'ol',
  'li',
  'strong',
  'b',
  'em',
  'i',
  'span',
  'div',
  'blockquote',
  'bdi',
  'bdo',
  'wbr',
  'tr',
  'th',
  'td',
  'thead',
  'tbody',
  'caption',
];
const sourceTags = new Set([...mjmlTags, ...proseTags]);

/** What MJML itself writes around the prose. */
const compiledTags = new Set([
  ...proseTags,
  'html',
  'head',
  'title',
  'meta',
  'style',
  'body',
  'table',
  'noscript',
  'xml',
  'o:officedocumentsettings',
  'o:allowpng',
  'o:pixelsperinch',
]);

/** Attributes that load, submit or run something. */
const unsafeAttribute =
  /^(on\w+|src|srcset|href|action|formaction|background|background-url|poster|data|cite|ping|contenteditable|http-equiv)$/i;
const unsafeStyle =
  /url\s*\(|image-set\s*\(|expression\s*\(|javascript:|data:|@import|-moz-binding|behavior\s*:|https?:|\/\//i;
/** Mail programs make links of these, and a reader should meet none. */
const unsafeProse = /https?:|javascript:|\/\/\w|\bwww\./i;

/** What is wrong with a kit's MJML, or null. */
export function findUnsafeSource(mjml: string): string | null {
  const source = mjml.replaceAll(/<!--[\s\S]*?-->/g, '');
  if (/<[!?]|[\ue000\ue001]/.test(source)) return 'it holds a declaration, a broken comment or a private-use character';
  return findUnsafeTags(source, sourceTags, []) ?? findUnsafeText(source);
}

/** What is wrong with compiled HTML, or null. Conditional comments count: Outlook reads them. */
export function findUnsafeHtml(html: string): string | null {
  return (
    findUnsafeTags(html, compiledTags, ['http-equiv']) ?? findUnsafeText(html.replaceAll(/\sxmlns(:\w+)?="[^"]*"/g, ''))
  );
}

interface Tag {
  readonly name: string;
  readonly attributes: readonly { readonly name: string; readonly value: string }[];
}

function readTags(markup: string): Tag[] {
  const tags = markup.matchAll(/<\/?\s*([a-z][\w:-]*)((?:"[^"]*"|'[^']*'|[^'">])*)>?/gi);
  return [...tags].map((tag) => ({
    name: (tag[1] ?? '').toLowerCase(),
    attributes: [...(tag[2] ?? '').matchAll(/([^\s"'=<>/]+)(?:\s*=\s*("[^"]*"|'[^']*'|[^\s"'>]+))?/g)].map((found) => ({
      name: (found[1] ?? '').toLowerCase(),
      value: decodeEntities((found[2] ?? '').replaceAll(/^["']|["']$/g, '')),
    })),
  }));
}

function findUnsafeTags(
  markup: string,
  allowedTags: ReadonlySet<string>,
  allowedAttributes: readonly string[],
): string | null {
  for (const tag of readTags(markup)) {
    if (!allowedTags.has(tag.name)) return `<${tag.name}> is not allowed`;
    for (const { name, value } of tag.attributes) {
      if (name.startsWith('xmlns') && tag.name === 'html') continue;
      if (unsafeAttribute.test(name) && !allowedAttributes.includes(name))
        return `the attribute ${name} of <${tag.name}> is not allowed`;
      if (unsafeStyle.test(decodeCssEscapes(value)))
        return `the attribute ${name} of <${tag.name}> holds something that loads or links`;
    }
  }
  return null;
}

function findUnsafeText(markup: string): string | null {
  const styles = [...markup.matchAll(/<(mj-style|style)\b[^>]*>([\s\S]*?)<\/\1/gi)]
    .map((block) => decodeCssEscapes(block[2] ?? ''))
    .join('\n');
  const found =
    unsafeStyle.exec(styles.replaceAll(/\/\*[\s\S]*?\*\//g, '')) ?? unsafeProse.exec(decodeEntities(markup));
  return found === null ? null : `"${found[0]}" is not allowed: it loads or links`;
}

function decodeEntities(text: string): string {
  return text
    .replaceAll(/&#x([0-9a-f]{1,6});?/gi, (_, hex: string) => fromCode(Number.parseInt(hex, 16)))
    .replaceAll(/&#(\d{1,7});?/g, (_, decimal: string) => fromCode(Number(decimal)))
    .replaceAll(/&colon;/gi, ':')
    .replaceAll(/&lpar;/gi, '(')
    .replaceAll(/&sol;/gi, '/');
}

function decodeCssEscapes(text: string): string {
  return text.replaceAll(/\\([0-9a-f]{1,6})\s?/gi, (_, hex: string) => fromCode(Number.parseInt(hex, 16)));
}

function fromCode(code: number): string {
  return code <= 0x10ffff ? String.fromCodePoint(code) : '';
}
