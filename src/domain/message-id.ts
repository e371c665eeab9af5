// The Message-ID of a notice: the same for all its attempts and rounds, so that a copy can be recognised.

/** The right-hand side of Message-ID: the domain that the notice comes from (RFC 5322 section 3.6.4). */
export function messageIdDomain(mailFrom: string): string {
  return mailFrom
    .slice(mailFrom.lastIndexOf('@') + 1)
    .replace(/>\s*$/, '')
    .toLowerCase();
}

/** The whole Message-ID, with its angle brackets. `token` is the opaque id of the notice. */
export function messageIdOf(token: string, mailFrom: string): string {
  return `<${token}@${messageIdDomain(mailFrom)}>`;
}
