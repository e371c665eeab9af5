// A sealed value opens in its place and nowhere else, and tells nothing by its length.
import { describe, expect, it } from 'vitest';
import { createSealer } from '../../../src/ledger/seal.ts';

const sealer = createSealer(Buffer.alloc(32, 1));
const place = Buffer.from('notice.address_sealed\0abcdefgh\0');

describe('a sealed value', () => {
  it.each(['', 'a', 'person@example.org', 'ü'.repeat(40), '\u0080', 'x'.repeat(63), 'x'.repeat(64), 'x'.repeat(254)])(
    'opens as it was: %j',
    (plain) => {
      expect(sealer.open(place, sealer.seal(place, plain, 64)).toString('utf8')).toBe(plain);
    },
  );

  it('opens as it was when it is bytes, whatever they end with', () => {
    for (const plain of [Buffer.alloc(64), Buffer.alloc(64, 0x80), Buffer.from([0x80]), Buffer.from([0x80, 0, 0])])
      expect(sealer.open(place, sealer.seal(place, plain, 64)).equals(plain)).toBe(true);
  });

  it('has one of a few lengths', () => {
    const lengthOf = (characters: number): number => sealer.seal(place, 'x'.repeat(characters), 64).length;
    expect(new Set(Array.from({ length: 64 }, (_, characters) => lengthOf(characters)))).toEqual(new Set([93]));
    expect(lengthOf(64)).toBe(157);
  });

  it('opens nowhere else, with no other key, and not when a byte of it is another', () => {
    const sealed = sealer.seal(place, 'person@example.org', 64);
    expect(() => sealer.open(Buffer.from('notice.name_sealed\0abcdefgh\0'), sealed)).toThrow('sealed value');
    expect(() => createSealer(Buffer.alloc(32, 2)).open(place, sealed)).toThrow('sealed value');
    for (let at = 0; at < sealed.length; at += 1) {
      const changed = Buffer.from(sealed);
      changed[at] = changed[at]! ^ 1;
      expect(() => sealer.open(place, changed)).toThrow('sealed value');
    }
    for (let length = 0; length < sealed.length; length += 1)
      expect(() => sealer.open(place, sealed.subarray(0, length))).toThrow('sealed value');
  });

  it('is never the same twice', () => {
    const seals = Array.from({ length: 600 }, () => sealer.seal(place, 'person@example.org', 64).toString('hex'));
    expect(new Set(seals).size).toBe(600);
  });
});
