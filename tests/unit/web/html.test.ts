// The escape-by-default template.
import { describe, expect, it } from 'vitest';
import { html, type HtmlValue } from '../../../src/web/html.ts';

const attacks = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "' onmouseover='alert(1)",
  '</title><svg onload=alert(1)>',
  '` onfocus=alert(1) autofocus `',
  '&lt;script&gt;',
];

describe('html', () => {
  it.each(attacks)('leaves nothing that could end its place in %j', (attack) => {
    const inside = html`<p title="${attack}">${attack}</p>`.toString().slice('<p title="'.length, -'</p>'.length);
    const [attribute = '', text = ''] = inside.split('">');
    for (const part of [attribute, text]) {
      expect(part).not.toMatch(/[<>"'`]/);
      expect(part).not.toMatch(/&(?!#\d+;)/);
    }
    expect(inside.split('">')).toHaveLength(2);
  });

  it.each<[HtmlValue, string]>([
    ['a & b', 'a &#38; b'],
    [0, '0'],
    [null, ''],
    [undefined, ''],
    [false, ''],
    [[html`<b>1</b>`, '<', ['x']], '<b>1</b>&#60;x'],
  ])('puts in %j as %j', (value, expected) => {
    expect(html`${value}`.toString()).toBe(expected);
  });

  it('keeps nested templates as they are, once', () => {
    expect(html`<ul>${['<a>', 'b'].map((item) => html`<li>${item}</li>`)}</ul>`.toString()).toBe(
      '<ul><li>&#60;a&#62;</li><li>b</li></ul>',
    );
  });

  it('takes no object for HTML that only looks like it', () => {
    const fake = JSON.parse('{"text":"<b>","html":"<b>"}') as HtmlValue;
    expect(() => html`${fake}`).toThrow(TypeError);
  });

  it.each([
    ['an attribute without quotes', () => html`<a href=${'x'}>y</a>`],
    ['a tag', () => html`<a ${'onclick=1'}>y</a>`],
    ['a tag name', () => html`<${'script'}>`],
    ['a script', () => html`<script>${'x'}</script>`],
    ['a style', () => html`<style>a{${'x'}}</style>`],
  ])('refuses a value in %s', (_place, make) => {
    expect(make).toThrow(/a value stands in/);
  });

  it('lets a value stand in quoted attributes and in text with signs', () => {
    expect(html`<a href="/x?a=${1}&amp;b=${'2'}" title='${'it'}'>a = ${'b'} &lt; "${'c'}"</a>`.toString()).toBe(
      `<a href="/x?a=1&amp;b=2" title='it'>a = b &lt; "c"</a>`,
    );
  });
});
