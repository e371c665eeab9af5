// Addresses in reports and in prose.

/** One plain address. Bounded in length; quoted local parts and characters beyond ASCII count. */
const local = String.raw`(?:"[^"\n]{1,64}"|[^\s<>()[\]{},;:"'|\\@=]{0,40}[^\s<>()[\]{},;:"'|\\@]{1,64})`;
// The last label ends where its script does: prose in scripts without spaces follows at once.
const domain = String.raw`(?:[\p{L}\p{N}_-]{1,63}\.){0,20}(?:[a-zA-Z0-9](?:[a-zA-Z0-9_-]{0,61}[a-zA-Z0-9])?|[\p{L}\p{N}]{1,63})`;
const plain = `${local}@${domain}`;
export const addressPattern = new RegExp(plain, 'gu');
const whole = new RegExp(`^${plain}$`, 'u');

/** True for one plain address and nothing else. */
export function isAddress(text: string): boolean {
  return text.length <= 320 && whole.test(text);
}

/** All addresses of a text, in order, each once, without regard to case. */
export function addressesIn(text: string): string[] {
  const seen = new Map<string, string>();
  for (const [found] of text.slice(0, 20_000).matchAll(addressPattern)) {
    const address = found.replace(/^[.'`]+|[.'`]+$/g, '');
    if (!seen.has(address.toLowerCase())) seen.set(address.toLowerCase(), address);
  }
  return [...seen.values()];
}

/**
 * The address of a field of a report: `rfc822; <ada@example.com> (comment)`. RFC 6533 adds `utf-8;` with its own
 * escapes. Null for the name of a system account or an address of another kind (X.400).
 */
export function fieldAddress(value: string | null): string | null {
  if (value === null) return null;
  const short = value.slice(0, 2_000).replaceAll(/\s+/g, ' ');
  const text = (/^ ?[\w-]+ ?; ?(.*)$/.exec(short)?.[1] ?? short).trim();
  const unescaped = text.replaceAll(/\\x\{([0-9a-f]{1,6})\}/gi, (_, hex: string) => codePoint(hex));
  const bare = unescaped.replace(/\s*\([^()]*\)\s*$/, '').replace(/^(?:smtp|mailto):/i, '');
  const inBrackets = /<([^<>\s]+)>/.exec(bare)?.[1];
  const candidate = (inBrackets ?? bare).replaceAll(/^[<"' ]+|[>"' ]+$/g, '');
  // A source route (RFC 5321 appendix C) or a name inside a server stands for nobody outside.
  if (candidate.startsWith('@')) return null;
  if (isAddress(candidate)) return candidate;
  const found = addressesIn(unescaped);
  return found.length === 1 ? found[0]! : null;
}

function codePoint(hex: string): string {
  const number = Number.parseInt(hex, 16);
  return number > 31 && number <= 0x10_ffff ? String.fromCodePoint(number) : '';
}
