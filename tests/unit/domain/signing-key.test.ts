// What the DNS says about a signing key.
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  compareRecords,
  publicRecordOf,
  signatureNameOf,
  type RecordFinding,
  type SigningKey,
} from '../../../src/domain/signing-key.ts';

const rsa: SigningKey = {
  domain: 'example.com',
  selector: 'candor',
  privateKey: generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey,
};
const ed25519: SigningKey = { ...rsa, privateKey: generateKeyPairSync('ed25519').privateKey };
const bare = createPublicKey(rsa.privateKey).export({ type: 'pkcs1', format: 'der' }).toString('base64');

it('names the place of the public half', () => {
  expect(signatureNameOf(rsa)).toBe('candor._domainkey.example.com');
});

it('publishes the public half and no more', () => {
  expect(publicRecordOf(rsa)).toMatch(/^v=DKIM1; k=rsa; p=MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A[\w+/]+=*$/);
  expect(publicRecordOf(ed25519)).toMatch(/^v=DKIM1; k=ed25519; p=[\w+/]{43}=$/);
});

describe('compareRecords', () => {
  it.each<[string, SigningKey, readonly string[], RecordFinding]>([
    ['its own record', rsa, [publicRecordOf(rsa)], 'matches'],
    ['its own record of Ed25519', ed25519, [publicRecordOf(ed25519)], 'matches'],
    ['the other form of an RSA key', rsa, [`v=DKIM1;p=${bare}`], 'matches'],
    ['blanks where a long record was cut', rsa, [publicRecordOf(rsa).replace('AQ8A', 'AQ 8A')], 'matches'],
    ['a record that is not about DKIM beside it', rsa, ['v=spf1 -all', publicRecordOf(rsa)], 'matches'],
    ['another key', rsa, [publicRecordOf(ed25519)], 'another-key'],
    ['a revoked key', rsa, ['v=DKIM1; k=rsa; p='], 'revoked'],
    ['nothing', rsa, [], 'absent'],
    ['nothing about DKIM', rsa, ['hello'], 'absent'],
  ])('takes %s for what it is', (_, key, records, expected) => {
    expect(compareRecords(records, key)).toBe(expected);
  });
});
