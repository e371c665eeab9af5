// What a letter asks of the screen is answered in its text, and nothing else is touched.
import { describe, expect, it } from 'vitest';
import { inScheme } from '../../../src/web/letter-scheme.ts';

describe('a letter in a scheme', () => {
  it.each([
    ['@media (prefers-color-scheme: dark){a{}}', '@media (max-width: 0){a{}}', '@media (min-width: 0){a{}}'],
    [
      '@media screen and (PREFERS-color-scheme:light)',
      '@media screen and (min-width: 0)',
      '@media screen and (max-width: 0)',
    ],
    [':root{color-scheme: light dark}', ':root{color-scheme: light}', ':root{color-scheme: dark}'],
    [
      '<meta name="color-scheme" content="light dark">',
      '<meta name="color-scheme" content="light">',
      '<meta name="color-scheme" content="dark">',
    ],
    [
      '<meta name="color-scheme" content="light only">',
      '<meta name="color-scheme" content="light only">',
      '<meta name="color-scheme" content="light only">',
    ],
    [
      '<p>dark or light: prefers-color-scheme</p>',
      '<p>dark or light: prefers-color-scheme</p>',
      '<p>dark or light: prefers-color-scheme</p>',
    ],
  ])('%s', (html, light, dark) => {
    expect([inScheme(html, 'light'), inScheme(html, 'dark')]).toEqual([light, dark]);
  });
});
