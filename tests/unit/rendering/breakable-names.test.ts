import { describe, expect, it } from 'vitest';
import { breakableNames, withBreakableNames } from '../../../src/rendering/breakable-names.ts';

describe('breakableNames', () => {
  it.each([
    ['Type platform.openai.com by hand.', 'Type platform.<wbr>openai.<wbr>com by hand.'],
    ['platform.openai.com', 'platform.<wbr>openai.<wbr>com'],
    ['(platform.openai.com).', '(platform.<wbr>openai.<wbr>com).'],
    ['write to incident.desk@mail.example.com.', 'write to incident.<wbr>desk@<wbr>mail.<wbr>example.<wbr>com.'],
    ['login.xn--bcher-kva.example', 'login.<wbr>xn--bcher-kva.<wbr>example'],
    ['openai.com', 'openai.com'],
    ['9.11.2025, 3.5 % of 1.234.567 accounts, e.g. yours', '9.11.2025, 3.5 % of 1.234.567 accounts, e.g. yours'],
    ['A sentence.Another sentence, &amp; one more.', 'A sentence.<wbr>Another sentence, &amp; one more.'],
    ['the name on the account', 'the name on the account'],
    ['', ''],
  ])('lets %j end a line after its dots', (text, html) => {
    expect(breakableNames(text)).toBe(html);
    expect(html.replaceAll('<wbr>', '')).toBe(text);
  });
});

describe('withBreakableNames', () => {
  it('changes what the body says, and no attribute, style or placeholder', () => {
    const head = '<head><style>.a{background:none}</style><title>platform.openai.com now</title></head>';
    expect(
      withBreakableNames(
        `<html>${head}<body title="platform.openai.com"><p>platform.openai.com {{recipient.nameOfPerson}} a {{#if recipient.name}}</p></body></html>`,
      ),
    ).toBe(
      `<html>${head}<body title="platform.openai.com"><p>platform.<wbr>openai.<wbr>com {{recipient.nameOfPerson}} a {{#if recipient.name}}</p></body></html>`,
    );
  });
});
