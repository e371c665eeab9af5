// The DKIM settings: a private key and the two DNS names that say where its public half is.
import { createPrivateKey, type KeyObject } from 'node:crypto';
import { bad, good, type Reading } from './reading.ts';

/** What verifiers have to check (RFC 8301 section 3.2), and what is advised. */
const rsaBits = { least: 1024, advised: 2048, most: 4096 } as const;

/** A private key in PEM (PKCS #8, PKCS #1) or as the base64 of its DER form on one line, for places that hold no line breaks. */
export function parseSigningKey(text: string): Reading<KeyObject> {
  const key = readKey(text.trim());
  if (key === null)
    return bad(
      text.includes('ENCRYPTED')
        ? 'it has a passphrase'
        : text.includes('PUBLIC KEY')
          ? 'it is a public key'
          : 'it cannot be read as a private key',
    );
  if (key.asymmetricKeyType === 'ed25519') return good(key);
  if (key.asymmetricKeyType !== 'rsa') return bad(`it is of type ${String(key.asymmetricKeyType)}`);
  const bits = bitsOf(key);
  return bits >= rsaBits.least && bits <= rsaBits.most ? good(key) : bad(`it has ${bits} bits`);
}

/** A warning about a key that can be used and should not be; null for the others. */
export function weakKeyWarning(key: KeyObject): string | null {
  if (key.asymmetricKeyType !== 'rsa' || bitsOf(key) >= rsaBits.advised) return null;
  return `DKIM_KEY has ${bitsOf(key)} bits; receivers advise against RSA keys below ${rsaBits.advised}.`;
}

/** A DNS name in A-labels, lower case. */
export function parseDnsName(text: string): Reading<string> {
  const name = text.toLowerCase();
  const fits =
    name.length <= 200 && /^[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?(?:\.[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?)*$/.test(name);
  return fits ? good(name) : bad('not a DNS name; an international one is written in A-labels (xn--…)');
}

function readKey(text: string): KeyObject | null {
  if (text.startsWith('-----BEGIN')) return attempt(() => createPrivateKey(text));
  const der = Buffer.from(text, 'base64');
  return (
    attempt(() => createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })) ??
    attempt(() => createPrivateKey({ key: der, format: 'der', type: 'pkcs1' }))
  );
}

/** OpenSSL's messages are about its own insides; which of the forms it was is all that matters. */
function attempt(read: () => KeyObject): KeyObject | null {
  try {
    return read();
  } catch {
    return null;
  }
}

function bitsOf(key: KeyObject): number {
  return key.asymmetricKeyDetails?.modulusLength ?? 0;
}
