// Counts what a merge by address would make of valid rows, with a few flat arrays instead of a map of
// strings: 8 octets per slot, so a million addresses take 16 MB. The ledger merges by itself in
// SQL; the importer compares the two accounts, and a campaign whose accounts differ does not launch.
import { randomBytes } from 'node:crypto';
import type { Audience } from '../domain/audience.ts';

/** What of a row the account depends on. */
export interface MergedRow {
  /** The spreadsheet's row number: the header is row 1. */
  readonly row: number;
  readonly key: string;
  readonly audience: Audience;
  readonly locale: string;
  readonly localeFallback: boolean;
}

/** valid = merged + notices; audiences, locales and localeFallbacks count notices. */
export interface MergeTotals {
  readonly valid: number;
  readonly merged: number;
  /** Addresses whose rows disagree about the audience; `affected` has won. */
  readonly conflicts: number;
  readonly notices: number;
  readonly audiences: Readonly<Record<Audience, number>>;
  readonly locales: Readonly<Record<string, number>>;
  readonly localeFallbacks: number;
}

/** Notices of one letter. */
export interface LetterGroup {
  readonly audience: Audience;
  readonly locale: string;
  readonly notices: number;
}

export interface MergeAccount {
  /** Rows in the order of the file: the first row of an address gives the locale. True when the address is new. */
  add(row: MergedRow): boolean;
  /** Notices by letter, the affected first. */
  groups(): LetterGroup[];
  /** The rows that were the first to disagree with an earlier one of their address about the audience; at most 100. */
  conflictRows(): number[];
  totals(): MergeTotals;
}

/** So many conflicts are told by their rows. */
const toldConflicts = 100;

const seenAffected = 1;
const seenUnaffected = 2;
const seenBoth = 3;

const firstSlots = 4_096;

/**
 * An empty account.
 *
 * Addresses are told apart by a 62-bit hash: the chance that two of a million are taken for one is
 * about 1 in 10 million, and the importer's comparison would tell. `seed` (8 octets) makes the hash
 * unknown to whoever chose the addresses; random unless a test gives one.
 */
export function createMergeAccount(seed: Uint8Array = randomBytes(8)): MergeAccount {
  const words = new DataView(seed.buffer, seed.byteOffset, 8);
  const seedHigh = words.getUint32(0);
  const seedLow = words.getUint32(4);

  // Two words a slot, side by side, so that a look-up touches one cache line: 32 bits of the hash, then
  // 30 bits of it and two for the audiences seen (both zero: the slot is free).
  let mask = firstSlots - 1;
  let slots = new Uint32Array(firstSlots * 2);
  // The locale of each slot, as its place in `letters`: an audience may still change.
  let placeOf = new Uint8Array(firstSlots);

  let valid = 0;
  let notices = 0;
  let conflicts = 0;
  let unaffected = 0;
  let localeFallbacks = 0;
  const conflictRows: number[] = [];
  const letters: { locale: string; affected: number; unaffected: number }[] = [];

  function grow(): void {
    const old = slots;
    const oldPlaces = placeOf;
    slots = new Uint32Array(old.length * 2);
    placeOf = new Uint8Array(old.length);
    mask = old.length - 1;
    for (let from = 0; from < old.length; from += 2) {
      if (old[from + 1] === 0) continue;
      let slot = old[from]! & mask;
      while (slots[2 * slot + 1] !== 0) slot = (slot + 1) & mask;
      slots[2 * slot] = old[from]!;
      slots[2 * slot + 1] = old[from + 1]!;
      placeOf[slot] = oldPlaces[from / 2]!;
    }
  }

  function add({ row, key, audience, locale, localeFallback }: MergedRow): boolean {
    valid += 1;
    let h = seedHigh;
    let l = seedLow;
    for (let i = 0; i < key.length; i += 1) {
      const code = key.charCodeAt(i);
      h = Math.imul(h ^ code, 0x85ebca6b);
      h = ((h << 13) | (h >>> 19)) + l;
      l = Math.imul(l ^ code, 0xc2b2ae35);
      l = ((l << 17) | (l >>> 15)) ^ h;
    }
    h = mix(h ^ key.length);
    l = mix(l ^ h);
    const low = l >>> 0;
    const high = (h & ~seenBoth) >>> 0;
    const bit = audience === 'affected' ? seenAffected : seenUnaffected;
    let slot = low & mask;
    for (let word = slots[2 * slot + 1]!; word !== 0; word = slots[2 * slot + 1]!) {
      if (slots[2 * slot] === low && (word & ~seenBoth) >>> 0 === high) {
        if ((word & bit) === 0) {
          slots[2 * slot + 1] = word | bit;
          conflicts += 1;
          if (conflictRows.length < toldConflicts) conflictRows.push(row);
          if (bit === seenAffected) {
            unaffected -= 1;
            letters[placeOf[slot]!]!.unaffected -= 1;
            letters[placeOf[slot]!]!.affected += 1;
          }
        }
        return false;
      }
      slot = (slot + 1) & mask;
    }
    slots[2 * slot] = low;
    slots[2 * slot + 1] = (high | bit) >>> 0;
    notices += 1;
    if (bit === seenUnaffected) unaffected += 1;
    if (localeFallback) localeFallbacks += 1;
    const place = placeOfLocale(locale);
    placeOf[slot] = place;
    letters[place]![audience] += 1;
    // Two thirds full: beyond that, the search for a free slot gets long.
    if (notices * 3 > slots.length) grow();
    return true;
  }

  /** A kit has few locales; a look through them costs less than a map. */
  function placeOfLocale(locale: string): number {
    const place = letters.findIndex((letter) => letter.locale === locale);
    return place >= 0 ? place : letters.push({ locale, affected: 0, unaffected: 0 }) - 1;
  }

  return {
    add,
    groups: () =>
      (['affected', 'unaffected'] as const).flatMap((which) =>
        letters
          .filter((letter) => letter[which] > 0)
          .map((letter) => ({ audience: which, locale: letter.locale, notices: letter[which] })),
      ),
    conflictRows: () => [...conflictRows],
    totals: () => ({
      valid,
      merged: valid - notices,
      conflicts,
      notices,
      audiences: { affected: notices - unaffected, unaffected },
      locales: Object.fromEntries(
        letters.map(({ locale, affected, unaffected: others }) => [locale, affected + others]),
      ),
      localeFallbacks,
    }),
  };
}

/** The finalizer of MurmurHash3: every bit of the input sways every bit of the answer. */
function mix(word: number): number {
  let mixed = word ^ (word >>> 16);
  mixed = Math.imul(mixed, 0x85ebca6b);
  mixed ^= mixed >>> 13;
  mixed = Math.imul(mixed, 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
