// The key that signs letters (DKIM), and what of it the world may see: the record in the DNS that receivers
// check signatures with. The private half stays in the memory of the process that was given it. Pure.
import { createPublicKey, type KeyObject } from 'node:crypto';

export interface SigningKey {
  /** d=: who vouches for the letter, in A-labels. */
  readonly domain: string;
  /** s=: which of the domain's keys. */
  readonly selector: string;
  /** RSA or Ed25519, parsed once: from PEM it would cost 1 ms a signature (Node 20, 2026-11). */
  readonly privateKey: KeyObject;
}

/** Where receivers look for the public half (RFC 6376 section 3.6.2.1); also what a launch freezes. */
export function signatureNameOf(key: Pick<SigningKey, 'domain' | 'selector'>): string {
  return `${key.selector}._domainkey.${key.domain}`;
}

/** The TXT record to publish under that name. */
export function publicRecordOf(key: SigningKey): string {
  return `v=DKIM1; k=${key.privateKey.asymmetricKeyType === 'ed25519' ? 'ed25519' : 'rsa'}; p=${publicHalf(key)}`;
}

export type RecordFinding = 'matches' | 'another-key' | 'revoked' | 'absent';

/** What the TXT records under the name say about the key. Records that are not about DKIM don't count. */
export function compareRecords(records: readonly string[], key: SigningKey): RecordFinding {
  const found = records.flatMap((record) => {
    const p = /(?:^|;)\s*p\s*=([^;]*)/.exec(record)?.[1];
    return p === undefined ? [] : [p.replaceAll(/\s/g, '')];
  });
  if (found.length === 0) return 'absent';
  if (found.some((p) => p === publicHalf(key) || p === bareRsa(key))) return 'matches';
  // RFC 6376 section 3.6.1: an empty p= says that the key is revoked.
  return found.every((p) => p === '') ? 'revoked' : 'another-key';
}

/** p=: SubjectPublicKeyInfo for RSA, as everybody publishes it; the 32 bytes alone for Ed25519 (RFC 8463 section 4.2). */
function publicHalf(key: SigningKey): string {
  const der = createPublicKey(key.privateKey).export({ type: 'spki', format: 'der' });
  return (key.privateKey.asymmetricKeyType === 'ed25519' ? der.subarray(-32) : der).toString('base64');
}

/** The other form of an RSA key that RFC 6376 names (RSAPublicKey of RFC 8017). */
function bareRsa(key: SigningKey): string | null {
  return key.privateKey.asymmetricKeyType === 'rsa'
    ? createPublicKey(key.privateKey).export({ type: 'pkcs1', format: 'der' }).toString('base64')
    : null;
}
