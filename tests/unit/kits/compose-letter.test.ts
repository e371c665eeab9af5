// What a layout's slots become.
import { describe, expect, it } from 'vitest';
import { directionOf } from '../../../src/domain/writing-direction.ts';
import { composeLetter } from '../../../src/kits/compose-letter.ts';

const slots = { letter: '<p>{{subject}} {{fact.x}}</p>', subject: 'A & <B>', preheader: '"C"', locale: 'es' };

describe('composeLetter', () => {
  it('fills the slots once, escaped, and leaves other placeholders alone', () => {
    expect(
      composeLetter('{{locale}} {{ direction }} {{subject}} {{preheader}} {{letter}} {{recipient.name}}', slots),
    ).toBe('es ltr A &amp; &lt;B&gt; &quot;C&quot; <p>{{subject}} {{fact.x}}</p> {{recipient.name}}');
  });

  it('does not read dollar signs in a letter as a pattern', () => {
    expect(composeLetter('[{{letter}}]', { ...slots, letter: "$& $' $1" })).toBe("[$& $' $1]");
  });
});

describe('directionOf', () => {
  it.each([
    ['en', 'ltr'],
    ['ar', 'rtl'],
    ['he-IL', 'rtl'],
    ['fa', 'rtl'],
    ['az-Arab', 'rtl'],
    ['az', 'ltr'],
    ['zh-Hant', 'ltr'],
  ])('%s is written %s', (locale, direction) => {
    expect(directionOf(locale)).toBe(direction);
  });
});
