// An address as a list shows it: enough to recognise one's own, not enough to write to anybody.

/** `j…@example.com` for `jane.doe@example.com`: the first character of the local part, and the domain. */
export function maskAddress(address: string): string {
  const at = address.lastIndexOf('@');
  if (at < 1) return '…';
  const [first = ''] = address;
  return `${first}…${address.slice(at)}`;
}

const addressLike = /[^\s@<>"',;:()[\]]+@[^\s@<>"',;:()[\]]+/gu;

/** How many of the texts hold what looks like an address. */
export function textsWithAddress(texts: readonly string[]): number {
  return texts.filter((text) => text.match(addressLike) !== null).length;
}

/** A text in which whatever looks like an address is masked. */
export function maskAddressesIn(text: string): string {
  return text.replaceAll(addressLike, (address) => maskAddress(address));
}
