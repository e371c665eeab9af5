// The one place that seals and opens personal data, hashes addresses and makes notice tokens.
// All keys are derived from CANDOR_KEY by HKDF (RFC 5869), one for each purpose.
import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomFillSync } from 'node:crypto';
import { CandorError } from '../domain/errors.ts';
import type { NoticeId } from '../domain/ids.ts';

/** What a sealed value is; bound into the seal, so that one kind cannot be put in the place of another. */
export type SealedKind = 'address' | 'name' | 'reply' | 'inbox-letter' | 'upload';

export interface Keyring {
  /** AES-256-GCM: version byte, 12 bytes of nonce, ciphertext, 16 bytes of tag. About 12 µs for 250 bytes. */
  seal(kind: SealedKind, plain: string | Buffer): Buffer;
  /** The plain bytes. Throws `seal-broken` when the value was changed or the key is another. */
  open(kind: SealedKind, sealed: Buffer): Buffer;
  /** Keyed hash (HMAC-SHA256 cut to 128 bits, RFC 2104 section 5) of a canonical address. About 5 µs. */
  hashAddress(canonicalAddress: string): Buffer;
  /** The opaque id of a notice in Message-ID, X-Candor-Notice and VERP: 32 hex digits, reversible only with the key. */
  noticeToken(noticeId: NoticeId, addressVersion: number): string;
  /** The notice behind a token, or null when the token is not one of ours. */
  readNoticeToken(token: string): { noticeId: NoticeId; addressVersion: number } | null;
  /** The key of the MACs of one backup, by its 16 octets of id: 32 bytes. */
  readonly backupKey: (backup: Buffer) => Buffer;
  /** Stored in the ledger, to recognise a wrong key before anything is done with it. */
  readonly checkValue: Buffer;
  /** Where a person gave the key, for the words of an error: a variable or a path. */
  readonly place: string;
}

const sealVersion = 1;
const nonceBytes = 12;
const tagBytes = 16;
/** Fills the 16-byte block of a token, so that a guessed token decrypts to something else with 1 - 2^-48. */
const tokenMark = Buffer.from('candor');

/**
 * Derives a keyring from the 32 bytes of CANDOR_KEY.
 *
 * Nonces are random: the chance of a repeat stays below 2^-32 up to 2^32 seals under one key
 * (NIST SP 800-38D section 8.3), some four thousand campaigns of a million notices.
 */
export function createKeyring(key: Buffer, place = 'CANDOR_KEY'): Keyring {
  if (key.length !== 32) throw new TypeError('the key must have 32 bytes');
  const derive = (purpose: string, bytes: number): Buffer =>
    Buffer.from(hkdfSync('sha256', key, '', `candor/1/${purpose}`, bytes));
  const sealKey = derive('seal', 32);
  const hashKey = derive('address-hash', 32);
  const tokenKey = derive('notice-token', 16);
  const checkValue = derive('key-check', 16);
  const boundTo: Record<SealedKind, Buffer> = {
    address: Buffer.from('address'),
    name: Buffer.from('name'),
    reply: Buffer.from('reply'),
    'inbox-letter': Buffer.from('inbox-letter'),
    upload: Buffer.from('upload'),
  };
  // Drawn many at a time, which takes a seal of 20 bytes from 17 to 11 us (2 busy cores, 2026-11). A slice is used up
  // before the next draw.
  const nonces = Buffer.alloc(nonceBytes * 256);
  let drawn = nonces.length;
  const nextNonce = (): Buffer => {
    if (drawn === nonces.length) {
      randomFillSync(nonces);
      drawn = 0;
    }
    drawn += nonceBytes;
    return nonces.subarray(drawn - nonceBytes, drawn);
  };
  // A single block that never repeats is what ECB is sound for: a keyed permutation of ids. It keeps nothing from one block
  // to the next, so one cipher serves for all: a token takes 0.9 us instead of 2.8 (one core, 2026-11).
  const tokenCipher = createCipheriv('aes-128-ecb', tokenKey, null).setAutoPadding(false);
  return {
    checkValue,
    place,
    backupKey: (backup) => Buffer.from(hkdfSync('sha256', key, backup, 'candor/1/backup', 32)),
    seal(kind, plain) {
      const nonce = nextNonce();
      const cipher = createCipheriv('aes-256-gcm', sealKey, nonce);
      cipher.setAAD(boundTo[kind]);
      const body = typeof plain === 'string' ? cipher.update(plain, 'utf8') : cipher.update(plain);
      cipher.final();
      return Buffer.concat([Buffer.of(sealVersion), nonce, body, cipher.getAuthTag()]);
    },
    open(kind, sealed) {
      if (sealed[0] !== sealVersion || sealed.length < 1 + nonceBytes + tagBytes) throw new CandorError('seal-broken');
      const decipher = createDecipheriv('aes-256-gcm', sealKey, sealed.subarray(1, 1 + nonceBytes), {
        authTagLength: tagBytes,
      });
      decipher.setAAD(boundTo[kind]);
      decipher.setAuthTag(sealed.subarray(sealed.length - tagBytes));
      const body = decipher.update(sealed.subarray(1 + nonceBytes, sealed.length - tagBytes));
      try {
        decipher.final();
      } catch (cause) {
        throw new CandorError('seal-broken', {}, { cause });
      }
      return body;
    },
    hashAddress(canonicalAddress) {
      return createHmac('sha256', hashKey).update(canonicalAddress, 'utf8').digest().subarray(0, 16);
    },
    noticeToken(noticeId, addressVersion) {
      const block = Buffer.alloc(16);
      block.writeBigUInt64BE(BigInt(noticeId), 0);
      block.writeUInt16BE(addressVersion, 8);
      tokenMark.copy(block, 10);
      return tokenCipher.update(block).toString('hex');
    },
    readNoticeToken(token) {
      if (!/^[0-9a-f]{32}$/.test(token)) return null;
      const decipher = createDecipheriv('aes-128-ecb', tokenKey, null).setAutoPadding(false);
      const block = decipher.update(Buffer.from(token, 'hex'));
      if (!block.subarray(10).equals(tokenMark)) return null;
      return { noticeId: Number(block.readBigUInt64BE(0)) as NoticeId, addressVersion: block.readUInt16BE(8) };
    },
  };
}
