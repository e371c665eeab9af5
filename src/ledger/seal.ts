// One sealed value: AES-256-GCM (NIST SP 800-38D) over a padded plain text, bound to the place where it belongs.
import { createCipheriv, createDecipheriv, createSecretKey, randomFillSync } from 'node:crypto';
import { CandorError } from '../domain/errors.ts';

/** Seals and opens under one key. */
export interface Sealer {
  /**
   * Version byte, 12 bytes of nonce, ciphertext, 16 bytes of tag. The plain text is filled up to a multiple of `step`
   * bytes, so that the length of what is sealed tells the step and nothing more. About 5 us for an address.
   */
  seal(bound: Buffer, plain: string | Buffer, step: number): Buffer;
  /** The plain bytes. Throws `seal-broken` when the value was changed, moved to another place, or sealed with another key. */
  open(bound: Buffer, sealed: Buffer): Buffer;
}

/** Version 1 bound the kind of a value only, and was not padded. */
const version = 2;
const nonceBytes = 12;
const tagBytes = 16;
const headBytes = 1 + nonceBytes;
/** Ends the plain text; zeros follow (ISO/IEC 7816-4). */
const endMark = 0x80;

// Drawn many at a time, which takes a seal of 20 bytes from 17 to 11 us (2 busy cores, 2026-11). A slice is used up
// before the next draw.
const nonces = Buffer.alloc(nonceBytes * 256);
let drawn = nonces.length;
function nextNonce(): Buffer {
  if (drawn === nonces.length) {
    randomFillSync(nonces);
    drawn = 0;
  }
  drawn += nonceBytes;
  return nonces.subarray(drawn - nonceBytes, drawn);
}

/**
 * A sealer of a key of 32 random bytes. Nonces are random: the chance of a repeat stays below 2^-32 up to 2^32 seals under
 * one key (NIST SP 800-38D section 8.3). See ADR 0032 for the sums.
 */
export function createSealer(key: Buffer): Sealer {
  const secret = createSecretKey(key);
  return {
    seal(bound, plain, step) {
      const nonce = nextNonce();
      const padded = pad(plain, step);
      const sealed = Buffer.allocUnsafe(headBytes + padded.length + tagBytes);
      const cipher = createCipheriv('aes-256-gcm', secret, nonce);
      cipher.setAAD(bound);
      sealed[0] = version;
      nonce.copy(sealed, 1);
      cipher.update(padded).copy(sealed, headBytes);
      cipher.final();
      cipher.getAuthTag().copy(sealed, sealed.length - tagBytes);
      return sealed;
    },
    open(bound, sealed) {
      if (sealed[0] !== version || sealed.length <= headBytes + tagBytes) throw new CandorError('seal-broken');
      const decipher = createDecipheriv('aes-256-gcm', secret, sealed.subarray(1, headBytes), {
        authTagLength: tagBytes,
      });
      decipher.setAAD(bound);
      decipher.setAuthTag(sealed.subarray(sealed.length - tagBytes));
      const padded = decipher.update(sealed.subarray(headBytes, sealed.length - tagBytes));
      try {
        decipher.final();
      } catch (cause) {
        throw new CandorError('seal-broken', {}, { cause });
      }
      return padded.subarray(0, padded.lastIndexOf(endMark));
    },
  };
}

function pad(plain: string | Buffer, step: number): Buffer {
  const length = typeof plain === 'string' ? Buffer.byteLength(plain, 'utf8') : plain.length;
  const padded = Buffer.allocUnsafe((Math.floor(length / step) + 1) * step);
  if (typeof plain === 'string') padded.write(plain, 0, 'utf8');
  else plain.copy(padded);
  padded[length] = endMark;
  padded.fill(0, length + 1);
  return padded;
}

/** How ledgers of the schema before 17 sealed: one key, the kind of the value bound. Only the upgrade opens these. */
export function openVersion1(key: Buffer, kind: string, sealed: Buffer): Buffer {
  if (sealed[0] !== 1 || sealed.length < headBytes + tagBytes) throw new CandorError('seal-broken');
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(1, headBytes), { authTagLength: tagBytes });
  decipher.setAAD(Buffer.from(kind));
  decipher.setAuthTag(sealed.subarray(sealed.length - tagBytes));
  const plain = decipher.update(sealed.subarray(headBytes, sealed.length - tagBytes));
  try {
    decipher.final();
  } catch (cause) {
    throw new CandorError('seal-broken', {}, { cause });
  }
  return plain;
}
