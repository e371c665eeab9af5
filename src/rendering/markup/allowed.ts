// What a letter may be made of: elements, attributes, CSS properties. All else is refused, whatever it does, so that
// nothing has to be known about what mail programs load, follow or run. Pure data.

const words = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/).filter((word) => word !== ''));

/** MJML's own elements. */
export const mjmlElements = words(`
  mjml mj-head mj-title mj-preview mj-attributes mj-all mj-class mj-style mj-breakpoint mj-body mj-wrapper mj-section
  mj-column mj-group mj-text mj-divider mj-spacer mj-table
`);

/** What prose may hold. No `bdo`, which turns words round. */
export const proseElements = words(`
  h1 h2 h3 h4 p br hr ul ol li strong b em i span div blockquote bdi wbr tr th td thead tbody caption
`);

/** What a compiled letter consists of; the rest of it is what MJML writes. */
export const compiledElements: ReadonlySet<string> = new Set([
  ...proseElements,
  ...words('html head title meta style body table'),
]);

/** Attributes of prose. No `title`, `alt`, `aria-label` and the like: their words are not seen. */
export const proseAttributes = words(`
  class id style lang dir translate align valign colspan rowspan scope width start type
`);

/** Attributes of MJML's elements that are no CSS. */
export const mjmlWordAttributes = words('css-class mj-class name lang dir inline role id full-width');

/** Attributes of MJML's elements → the CSS property whose values they may have. */
export const mjmlStyleAttributes: ReadonlyMap<string, string> = new Map(
  [
    ...words(`
      align background-color border border-top border-right border-bottom border-left border-color border-style
      border-width border-radius color direction font-family font-size font-style font-weight gap height letter-spacing
      line-height padding padding-top padding-right padding-bottom padding-left table-layout text-align text-decoration
      text-transform vertical-align width
    `),
  ]
    .map((name) => [name, name] as const)
    .concat([
      ['container-background-color', 'background-color'],
      ['inner-background-color', 'background-color'],
      ['inner-border', 'border'],
      ['inner-border-top', 'border'],
      ['inner-border-right', 'border'],
      ['inner-border-bottom', 'border'],
      ['inner-border-left', 'border'],
      ['inner-border-radius', 'border-radius'],
      ['inner-padding', 'padding'],
      ['cellpadding', 'padding'],
      ['cellspacing', 'padding'],
    ]),
);

/** Attributes that MJML itself writes. */
export const compiledAttributes: ReadonlySet<string> = new Set([
  ...proseAttributes,
  ...words('aria-label aria-roledescription role border cellpadding cellspacing bgcolor height'),
]);

/** Whose CSS it is: a kit's, or that of a compiled letter, where MJML has written its own. */
export type StyleAuthor = 'kit' | 'mjml';

/** CSS that a kit may write. What is missing could load (`content`), hide (`opacity`, `overflow`) or turn round (`direction`). */
export const kitProperties = words(`
  background background-color color border border-top border-right border-bottom border-left border-color border-style
  border-width border-top-color border-right-color border-bottom-color border-left-color border-top-style
  border-right-style border-bottom-style border-left-style border-top-width border-right-width border-bottom-width
  border-left-width border-radius border-top-left-radius border-top-right-radius border-bottom-left-radius
  border-bottom-right-radius border-collapse border-spacing box-sizing caption-side color-scheme
  supported-color-schemes display font-family font-size font-style font-weight hyphens letter-spacing line-height
  list-style list-style-position list-style-type margin margin-top margin-right margin-bottom margin-left padding
  padding-top padding-right padding-bottom padding-left min-width max-width width overflow-wrap word-wrap word-break
  word-spacing table-layout text-align text-decoration text-decoration-line text-transform vertical-align white-space
  text-size-adjust -webkit-text-size-adjust -ms-text-size-adjust mso-table-lspace mso-table-rspace
  mso-line-height-rule
`);

/** CSS that only MJML writes, and MJML's attributes stand for. */
export const compiledProperties: ReadonlySet<string> = new Set([
  ...kitProperties,
  ...words('align direction gap height outline overflow -ms-interpolation-mode'),
]);

/** Their values by name: all that `display`, `white-space`, `direction` and `overflow` may say. */
export const keywords: Readonly<Record<string, ReadonlySet<string>>> = {
  display: words('block inline inline-block list-item table table-row table-cell'),
  'white-space': words('normal pre-line pre-wrap'),
  overflow: words('hidden'),
  direction: words('ltr rtl'),
};

/** Everywhere else: no more than these, so that no word of a later CSS means something unforeseen. */
export const commonKeywords = words(`
  inherit normal none auto bold bolder lighter italic oblique solid dashed dotted double left right center justify top
  middle bottom baseline sub super collapse separate fixed disc circle square decimal lower-alpha upper-alpha
  lower-roman upper-roman inside outside underline uppercase lowercase capitalize break-word break-all keep-all
  anywhere manual border-box content-box light dark only small medium large x-large smaller larger thin thick exactly
  start end bicubic currentcolor
`);
