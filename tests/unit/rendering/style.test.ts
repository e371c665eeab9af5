// CSS is read by a parser, and every part of it has to be known.
import { describe, expect, it } from 'vitest';
import { contrast, readColour } from '../../../src/rendering/markup/colour.ts';
import { readStyleAttribute, readStyleSheet } from '../../../src/rendering/markup/style.ts';

describe('readStyleAttribute', () => {
  it.each([
    'margin: 0 0 12px; font-size: 24px; line-height: 1.3; font-weight: 700;',
    "font-family: 'Segoe UI', -apple-system, Helvetica, sans-serif",
    'color: #1d2430 !important; background: rgb(255 255 255)',
    'color: hsl(120, 50%, 20%); border: 1px solid navy; border-radius: 8px 0',
    'padding: 1em 5%; width: 100%; max-width: 600px; text-align: start',
    'letter-spacing: .5px; text-transform: uppercase; list-style-type: lower-roman',
    '/* a comment */ color: inherit',
  ])('reads %s', (text) => {
    expect(readStyleAttribute(text, 'kit').problem).toBeNull();
  });

  it.each([
    'background: url(x)',
    'background: u\\72l(x)',
    'color: va\\r(--x)',
    'color: var(--x)',
    'width: calc(1px + 1px)',
    'width: 1e9px',
    'width: 10vw',
    'font-size: 100vw',
    'font: 0/0 x',
    'all: unset',
    'color: red; } p { color: red',
    'color: red !ie',
    'color:: red',
    'color',
    '*color: red',
    '_height: 0',
    '--x: 1',
    'font-family: "x\\"; }"',
    'white-space: nowrap',
    'animation: x 1s',
    'float: left',
    'color: rgb(from red r g b)',
    'color: light-dark(#fff, #000)',
    'filter: progid:DXImageTransform.Microsoft.AlphaImageLoader(src=x)',
  ])('refuses %s', (text) => {
    expect(readStyleAttribute(text, 'kit').problem?.check).toBe('style-not-allowed');
  });
});

describe('readStyleSheet', () => {
  it.each([
    '@media only screen and (max-width: 479px) { .a > p:first-child { color: red } }',
    '@media (prefers-color-scheme: dark) { :root .a, #b li { color: #fff !important } }',
    '[data-ogsc] .card p { color: #fff }',
    '',
  ])('reads %s', (css) => {
    expect(readStyleSheet(css, 'kit').problem).toBeNull();
  });

  it.each([
    '@media print { p { color: red } }',
    '@media (resolution: 2dppx) { p { color: red } }',
    '@font-face { font-family: x }',
    '@import "x";',
    '@keyframes x { from { color: red } }',
    'p:hover { color: red }',
    'p::after { color: red }',
    '[class*=x] { color: red }',
    'a ~ b { color: red }',
    'p { color: red',
    'p { color: red } }',
    'a b c d e f g h { color: red }',
  ])('refuses %s', (css) => {
    const { problem } = readStyleSheet(css, 'kit');
    expect(problem?.check).toBe('style-not-allowed');
  });
});

describe('colours', () => {
  it.each([
    ['#fff', [255, 255, 255, 1]],
    ['#00000080', [0, 0, 0, 128 / 255]],
    ['Navy', [0, 0, 128, 1]],
    ['rgb(100%, 0%, 0%)', [255, 0, 0, 1]],
    ['rgba(1, 2, 3, .5)', [1, 2, 3, 0.5]],
    ['hsl(120, 100%, 50%)', [0, 255, 0, 1]],
    ['transparent', [0, 0, 0, 0]],
    ['rebeccapurple', null],
    ['#12', null],
    ['constructor', null],
  ])('reads %s', (text, colour) => {
    expect(readColour(text)).toEqual(colour);
  });

  it('are told apart as WCAG does', () => {
    expect(contrast([0, 0, 0, 1], [255, 255, 255, 1])).toBeCloseTo(21);
    expect(contrast([119, 119, 119, 1], [255, 255, 255, 1])).toBeCloseTo(4.48, 2);
  });
});
