// No two lists of values have one MAC.
import { createSecretKey } from 'node:crypto';
import { expect, it } from 'vitest';
import { macOf, sameMac, type Part } from '../../../src/ledger/parts-mac.ts';

const key = createSecretKey(Buffer.alloc(32, 1));

it('tells apart every two lists that differ in a value, a type, an order or a border', () => {
  const lists: readonly (readonly Part[])[] = [
    [],
    [null],
    [''],
    ['a', 'b'],
    ['ab', ''],
    ['', 'ab'],
    ['ab'],
    ['b', 'a'],
    [Buffer.from('ab')],
    [Buffer.from('a'), Buffer.from('b')],
    [1],
    ['1'],
    [true],
    [false],
    ['true'],
    [1, 2],
    [12],
    [2 ** 53 - 1],
    [2 ** 53 - 2],
    [null, null],
    ['ü'],
    ['u\u0308'],
  ];
  const macs = lists.map((parts) => macOf(key, 'notice', parts).toString('hex'));
  expect(new Set(macs).size).toBe(lists.length);
  expect(macOf(key, 'letter', ['a']).equals(macOf(key, 'notice', ['a']))).toBe(false);
});

it('holds for values that are longer than its room', () => {
  const long = Buffer.alloc(100_000, 1);
  const mac = macOf(key, 'letter', ['x', long, 'ü'.repeat(50_000)]);
  expect(macOf(key, 'letter', ['x', long, 'ü'.repeat(50_000)]).equals(mac)).toBe(true);
  expect(macOf(key, 'letter', ['x', long, `${'ü'.repeat(49_999)}u`]).equals(mac)).toBe(false);
});

it('is never the MAC of a row that has none', () => {
  const mac = macOf(key, 'notice', []);
  expect([sameMac(null, mac), sameMac(Buffer.alloc(0), mac), sameMac(mac.subarray(1), mac), sameMac(mac, mac)]).toEqual(
    [false, false, false, true],
  );
});
