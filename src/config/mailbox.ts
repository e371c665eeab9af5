// The sender's addresses, read so strictly that no setting can add a header, a recipient or a disguise.
import { normalHost } from './host-name.ts';
import { bad, good, unseenCharacter, type Reading } from './reading.ts';

/** A sender as letters name it. */
export interface Mailbox {
  /** Display name without quotes; null when there is none. */
  readonly name: string | null;
  /** Plain ASCII addr-spec; an international domain as A-labels. */
  readonly address: string;
  /** Both as a From header writes them: `Name <a@b>`, the name quoted where RFC 5322 asks for it; not MIME-encoded. */
  readonly text: string;
}

/** Where MAIL_ENVELOPE_FROM takes the opaque id of the notice. */
export const noticePlaceholder = '{notice}';

/** The longest notice id that has to fit into the 64 octets of a local part. */
const longestNoticeId = 32;

/** Reads `a@b.example`, `Name <a@b.example>` or `"Name, Inc." <a@b.example>`. */
export function parseMailbox(text: string): Reading<Mailbox> {
  const unseen = unseenCharacter(text);
  if (unseen !== null) return bad(unseen);
  const match = /^(?:([^<>]*?)\s*<([^<>]*)>|([^<>]*))$/.exec(text.trim());
  if (!match) return bad('not of the form Name <address>');
  const name = readName(match[1] ?? '');
  if (!name.ok) return name;
  const address = parseSenderAddress((match[2] ?? match[3] ?? '').trim());
  if (!address.ok) return address;
  return good({ name: name.value, address: address.value, text: mailboxText(name.value, address.value) });
}

/** Reads a plain address, local part and domain checked; an international domain becomes A-labels. */
export function parseSenderAddress(text: string): Reading<string> {
  const at = text.lastIndexOf('@');
  if (at < 1) return bad('no address');
  const local = text.slice(0, at);
  const domain = normalHost(text.slice(at + 1));
  if (!/^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/.test(local))
    return bad('the part before @ is not plain');
  if (local.length > 64) return bad('the part before @ is longer than 64 octets');
  if (domain === null || /^[\d.:]+$/.test(domain) || !domain.includes('.') || domain.includes('_'))
    return bad('the domain is not one');
  const address = `${local}@${domain}`;
  return address.length <= 254 ? good(address) : bad('it is longer than 254 octets');
}

/** Reads the envelope sender: a plain address whose local part may hold `{notice}` once. */
export function parseEnvelopeSender(text: string): Reading<string> {
  const unseen = unseenCharacter(text);
  if (unseen !== null) return bad(unseen);
  const filled = parseSenderAddress(text.replace(noticePlaceholder, 'n'.repeat(longestNoticeId)));
  if (!filled.ok) return filled;
  const at = text.lastIndexOf('@');
  const rest = text.replace(noticePlaceholder, '');
  if (/[{}]/.test(rest) || text.indexOf(noticePlaceholder) > at)
    return bad(`${noticePlaceholder} may stand once, before the @`);
  return good(text.slice(0, at) + filled.value.slice(filled.value.lastIndexOf('@')));
}

function readName(text: string): Reading<string | null> {
  const quoted = /^"(.*)"$/.exec(text)?.[1];
  const name = (quoted?.replaceAll(/\\(["\\])/g, '$1') ?? text).trim();
  if (name === '') return good(null);
  if (quoted === undefined && /["\\]/.test(name)) return bad('a stray quote in the name');
  // A name with an address in it shows a sender that the letter does not come from.
  if (name.includes('@')) return bad('an address in the name');
  return name.length <= 100 ? good(name) : bad('the name is longer than 100 characters');
}

function mailboxText(name: string | null, address: string): string {
  if (name === null) return address;
  const plain = /^[\p{L}\p{M}\p{N} !#$%&'*+/=?^_`{|}~-]+$/u.test(name);
  return `${plain ? name : `"${name.replaceAll(/["\\]/g, '\\$&')}"`} <${address}>`;
}
