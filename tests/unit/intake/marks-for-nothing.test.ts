// Which cells say nothing though they are not empty.
import { describe, expect, it } from 'vitest';
import { cellMark } from '../../../src/intake/marks-for-nothing.ts';

describe('a mark for nothing', () => {
  it.each([
    ...['NULL', 'null', 'Null', '\\N', '\\\\N', '(null)', '(NULL)', '[NULL]', '[null]', '<null>', '{null}', 'nil'],
    ...['NA', '<NA>', 'NaN', 'nan', '-nan', 'None', 'NaT', 'NAT', '1.#QNAN', '-1.#IND', '#NA', '#N/A N/A', 'missing'],
    ...[
      'N/A',
      'n/a',
      'n.a.',
      'N. A.',
      'not available',
      '(not set)',
      '(none)',
      'unknown',
      'keine',
      'k.A.',
      'Keine Angabe',
    ],
    ...[
      '#N/A',
      '#NV',
      '#N/D',
      '#N/B',
      '#I/T',
      '#SAKNAS!',
      '#PUUTTUU!',
      '#Н/Д',
      '#YOK',
      '#HIÁNYZIK',
      '#NENÍ_K_DISPOZICI',
    ],
    ...[
      '#REF!',
      '#BEZUG!',
      '#¡REF!',
      '#VALUE!',
      '#WERT!',
      '#VALEUR!',
      '#DIV/0!',
      '#ДЕЛ/0!',
      '#NAME?',
      '#¿NOMBRE?',
      '#NUL!',
    ],
    ...['#NULL!', '#SPILL!', '#ERROR!', 'Err:502', 'Fehler:511', '#####', '#GETTING_DATA', 'undefined'],
    ...[
      '-',
      '--',
      '–',
      '—',
      '.',
      '...',
      '?',
      '*',
      '/',
      '{}',
      '[]',
      '()',
      '""',
      "''",
      '∅',
      '0',
      '0.0',
      'false',
      'FALSE',
    ],
    ...[' NULL ', '\u00a0NULL', '"NULL"', "'NULL'", '" NULL "', '`NULL`', ' [NULL] ', '“NULL”', '\u200bNaN', '"-"'],
  ])('is %j', (cell) => {
    expect(cellMark(cell)).toBe('nothing');
  });

  it.each([
    ...[
      'Oslo',
      'Nulle',
      'Norway',
      '00',
      'nope',
      'Linux',
      '',
      'Nan',
      'Nat',
      'Nil',
      'Annul',
      'Null Island',
      '10',
      'user-0',
    ],
    ...['Error Codes Ltd', 'Errol', '#1 Main St', 'N/A Street', '東京', 'Falso Bay', "O'Neil", '<Jane>', 'None Such'],
  ])('is not %j', (cell) => {
    expect(cellMark(cell)).toBeNull();
  });

  it.each([
    ['no', 'no'],
    ['No', 'no'],
    ['(no)', 'no'],
    ['nein', 'negative'],
    ['N', 'negative'],
    ['f', 'negative'],
    ['TRUE', 'positive'],
    ['1', 'positive'],
    ['sí', 'positive'],
  ])('answers yes or no with %j', (cell, mark) => {
    expect(cellMark(cell)).toBe(mark);
  });
});
