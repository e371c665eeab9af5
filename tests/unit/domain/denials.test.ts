import { describe, expect, it } from 'vitest';
import { Denials, type KnownPassage } from '../../../src/domain/denials.ts';
import type { DeliveryResult, HoldReason, LetterStage } from '../../../src/domain/delivery-result.ts';

const rule = 'relay-denied-text';
const nothing: KnownPassage = { acceptedDomains: [], seenRule: null };
const replied = (stage: LetterStage, code: number): DeliveryResult => ({
  kind: 'replied',
  stage,
  reply: { code, enhanced: null, text: `${code} no` },
});

describe('Denials', () => {
  it('takes a denial for ours while nobody got through', () => {
    expect(new Denials().isTheirs(rule, 'f.example', nothing)).toBe(false);
    expect(new Denials().isTheirs(rule, 'f.example', { acceptedDomains: [], seenRule: rule })).toBe(false);
  });

  it('takes it for the domain’s when others got through, as this process or the ledger has seen', () => {
    const denials = new Denials();
    denials.accepted('a.example');
    expect(denials.isTheirs(rule, 'f.example', nothing)).toBe(true);
    expect(new Denials().isTheirs(rule, 'f.example', { acceptedDomains: ['a.example'], seenRule: null })).toBe(true);
  });

  it('takes it for ours when the domain got through before', () => {
    const denials = new Denials();
    denials.accepted('a.example');
    denials.accepted('f.example');
    expect(denials.isTheirs(rule, 'f.example', { acceptedDomains: [], seenRule: rule })).toBe(false);
  });

  it('takes ten in a row at two domains for ours, and any number at one domain for the domain’s', () => {
    const denials = new Denials();
    denials.accepted('a.example');
    for (let nth = 0; nth < 50; nth += 1) expect(denials.isTheirs(rule, 'f.example', nothing)).toBe(true);
    expect(denials.isTheirs(rule, 'g.example', nothing)).toBe(false);
    denials.accepted('b.example');
    expect(denials.isTheirs(rule, 'g.example', nothing)).toBe(true);
  });

  it('lets a person have the last word on ten in a row', () => {
    const denials = new Denials();
    denials.accepted('a.example');
    const seen = { acceptedDomains: [], seenRule: rule };
    for (let nth = 0; nth < 50; nth += 1) expect(denials.isTheirs(rule, `d${nth}.example`, seen)).toBe(true);
  });

  it('asks a person first where the words are not about relaying', () => {
    const known = { acceptedDomains: ['a.example'], seenRule: null };
    expect(new Denials().isTheirs('own-name', 'f.example', known)).toBe(false);
    expect(new Denials().isTheirs('own-name', 'f.example', { ...known, seenRule: 'own-name' })).toBe(true);
  });

  it('takes a sender that is put off for ours only while nobody gets through', () => {
    expect(new Denials().isTheirs('sender-put-off', 'f.example', nothing)).toBe(false);
    expect(
      new Denials().isTheirs('sender-put-off', 'f.example', { acceptedDomains: ['f.example'], seenRule: null }),
    ).toBe(true);
  });

  it.each<[LetterStage, HoldReason, boolean]>([
    ['rcpt', 'relay-denied', true],
    ['after-body', 'sender-refused', true],
    ['mail', 'relay-denied', false],
    ['rcpt', 'quota-spent', false],
    ['rcpt', 'relay-auth', false],
  ])('at %s lets %s be the recipient’s: %s', (stage, reason, expected) => {
    expect(Denials.mayBeTheirs(replied(stage, 550), { kind: 'hold', rule, reason })).toBe(expected);
  });

  it('refuses for good on 5yz, and defers on 4yz', () => {
    expect(Denials.theirs(replied('rcpt', 554), rule)).toMatchObject({ kind: 'refused', reason: 'not-relayed' });
    expect(Denials.theirs(replied('rcpt', 550), 'own-name')).toMatchObject({ reason: 'recipient-policy' });
    expect(Denials.theirs(replied('rcpt', 454), rule)).toMatchObject({ kind: 'deferred', charged: true });
  });
});
