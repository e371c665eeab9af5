// Why a notice was not accepted, in a sentence that says what to do about it.

const words: Readonly<Record<string, string>> = {
  'unknown-mailbox': 'The relay says that there is no such mailbox. Correct the address, or use another channel.',
  'unknown-domain':
    'The relay says that the domain does not exist or takes no mail. Correct the address, or use another channel.',
  'mailbox-disabled': 'The mailbox is closed or disabled. Use another channel.',
  'bad-address': 'The relay cannot read the address. Correct it.',
  'relay-without-smtputf8':
    'The address has letters beyond ASCII, and the relay cannot carry those. Use another channel, or a relay with SMTPUTF8.',
  'recipient-policy':
    'The recipient’s own organisation refuses such mail. Use another channel, or ask it to let the sender in.',
  'not-relayed':
    'The relay refuses this recipient or its domain, and takes others. Ask its operator, or use another channel.',
  review: 'No rule of Candor knows this reply. Read it; re-send when the cause is gone.',
  'time-spent': 'The relay said “not now” until the time for it was over. Re-send, or use another channel.',
  'attempts-spent': 'The relay said “not now” as often as the schedule allows. Re-send, or use another channel.',
  'letter-unrenderable': 'The letter could not be written for this notice. It is a mistake of the kit.',
  'lease-ran-out': 'The process that had it on the wire ended before it recorded an answer.',
  restored: 'It was on the wire when the backup was made; what became of it is not in the backup.',
  'told-before': 'Another campaign told this address; it was left out at the launch.',
  'campaign-cancelled': 'The campaign was cancelled before its turn.',
};

/** The sentence for a reason; for one that is not known, nothing. */
export function reasonWords(reason: string | null): string {
  if (reason === null) return '';
  if (reason.startsWith('no-reply'))
    return 'The connection ended after the letter may have gone, and no answer was recorded.';
  return words[reason] ?? '';
}

/** `550 5.1.1`, or `no reply`. */
export function codesOf({
  replyCode,
  enhancedCode,
}: {
  readonly replyCode: number | null;
  readonly enhancedCode: string | null;
}): string {
  if (replyCode === null) return 'no reply';
  return enhancedCode === null ? String(replyCode) : `${replyCode} ${enhancedCode}`;
}
