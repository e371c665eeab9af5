// Words that nobody sees, in a page as browsers read it; and characters that no letter needs.
import { describe, expect, it } from 'vitest';
import { findUnsafeHtml, findUnsafeWords } from '../../../src/rendering/safe-markup.ts';

const page = (css: string, body: string): string =>
  `<!doctype html><html lang="en" dir="ltr"><head><style>${css}</style></head><body>${body}</body></html>`;

describe('findUnsafeHtml', () => {
  it.each([
    ['p { color: #fff } p.a { color: #000 }', '<p class="a">x</p>'],
    ['p { color: #fff } p { color: #000 }', '<p>x</p>'],
    ['p { color: #000 !important }', '<p style="color:#fff">x</p>'],
    ['#i { color: #000 } .a.b { color: #fff }', '<p id="i" class="a b">x</p>'],
    ['div { background: #000; color: #fff }', '<div><p>x</p></div>'],
    ['@media (prefers-color-scheme: dark) { body { background: #000 } p { color: #fff } }', '<p>x</p>'],
    ['@media (max-width: 400px) and (min-width: 500px) { p { color: #fff } }', '<p>x</p>'],
    ['', '<p style="color:#fff"> &nbsp;&#8202; </p>'],
    ['', '<div style="font-size:0px"><p style="font-size:16px">x</p></div>'],
    ['', '<div style="background:#000"><p style="color:rgba(255,255,255,.8)">x</p></div>'],
  ])('sees the words of %s %s', (css, body) => {
    expect(findUnsafeHtml(page(css, body), false)).toBeNull();
  });

  it.each([
    ['p.a { color: #fff } p { color: #000 }', '<p class="a">x</p>'],
    ['p { color: #fff !important }', '<p style="color:#000">x</p>'],
    ['body > div p { color: #fff }', '<div><div><p>x</p></div></div>'],
    ['p:first-child { color: #fff }', '<p>x</p><p>y</p>'],
    ['@media (prefers-color-scheme: dark) { body { background: #000 } }', '<p>x</p>'],
    ['@media (min-width: 5000px) { p { color: #fff } }', '<p>x</p>'],
    ['[data-ogsc] p { color: #fff }', '<p>x</p>'],
    ['', '<div style="font-size:0px">x</div>'],
    ['', '<div style="color:#fff"><p>x <b>y</b></p></div>'],
    ['', '<p style="display:none">x</p>'],
  ])('misses the words of %s %s', (css, body) => {
    expect(findUnsafeHtml(page(css, body), false)?.check).toBe('hidden-text');
  });

  it('reads what Outlook reads, too', () => {
    const shown = (inside: string): string =>
      page('', `<!--[if mso | IE]><table><tr><td>${inside}</td></tr></table><![endif]-->`);
    expect(findUnsafeHtml(shown('&nbsp;'), false)).toBeNull();
    expect(findUnsafeHtml(shown('<img src="x">'), false)?.check).toBe('element-not-allowed');
    expect(findUnsafeHtml(shown('<p style="color:#fff">x</p>'), false)?.check).toBe('hidden-text');
  });

  it('takes a style for the preheader only where MJML puts it', () => {
    const hidden =
      '<div style="display:none;font-size:1px;color:#1d2430;line-height:1px;max-height:0px;max-width:0px;opacity:0;overflow:hidden;">x</div>';
    expect(findUnsafeHtml(page('', `${hidden}<p>y</p>`), false)).toBeNull();
    expect(findUnsafeHtml(page('', `<p>y</p>${hidden}`), false)).not.toBeNull();
    expect(findUnsafeHtml(page('', `${hidden}${hidden}<p>y</p>`), false)).not.toBeNull();
  });

  it('lets a letter that is written from the right say so, and no other', () => {
    const turned = '<p dir="rtl" style="direction:rtl">x</p>';
    expect(findUnsafeHtml(page('', turned), false)?.check).toBe('bidi-control');
    expect(findUnsafeHtml(page('', turned).replace('dir="ltr"', 'dir="rtl"'), true)).toBeNull();
    expect(findUnsafeHtml(page('', '<p dir="rtl">مرحبا</p>'), false)).toBeNull();
  });
});

describe('findUnsafeWords', () => {
  it.each([
    'We write to a@example.com: see platform.openai.com and/or ask',
    'Donau\u00addampf\u00adschiff',
    'می\u200cخواهم',
    'क्\u200dष',
    'ภาษา\u200bไทย',
    '👩\u200d💻 and ❤\ufe0f, 1\ufe0f\u20e3',
    'At 10:30, ratio 1/2, 24/7; data: the data',
  ])('reads %j', (words) => {
    expect(findUnsafeWords(words, false)).toBeNull();
  });

  it.each([
    ['ex\u200bposed', 'hidden-text'],
    ['ex\u200cposed', 'hidden-text'],
    ['x \u00ad y', 'hidden-text'],
    ['x\u{e0041}', 'hidden-text'],
    ['x\ufeff', 'hidden-text'],
    ['x\u202e', 'bidi-control'],
    ['x\u2066y\u2069', 'bidi-control'],
    ['x\u200f', 'bidi-control'],
    ['https://example.com', 'link-like'],
    ['hxxp ftp://example.com', 'link-like'],
    ['WWW.example.com', 'link-like'],
    ['tel:+123456', 'link-like'],
    ['//example.com/x', 'link-like'],
  ])('refuses %j', (words, check) => {
    expect(findUnsafeWords(words, false)?.check).toBe(check);
  });

  it('lets marks of direction stand where words are written from the right', () => {
    expect(findUnsafeWords('مرحبا\u200f', true)).toBeNull();
    expect(findUnsafeWords('مرحبا\u202b', true)?.check).toBe('bidi-control');
  });
});
