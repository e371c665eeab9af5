// Returned mail written for the tests, in the layouts that servers use. All addresses are reserved ones.

/** Lines of a message, as octets. */
export const message = (...lines: readonly string[]): Uint8Array => Buffer.from(`${lines.join('\n')}\n`);

/** The letter that comes back. */
export const letter = [
  'Return-Path: <b+tok1@bounce.candor.example>',
  'Message-ID: <n.one.1@mail.candor.example>',
  'X-Candor-Notice: n1',
  'From: Example Inc. <notice@candor.example>',
  'To: ada@dest.example',
  'Subject: Your account is affected',
  'MIME-Version: 1.0',
  'Content-Type: text/plain; charset=utf-8',
  '',
  'Dear Ada,',
];

/** A report by the book (RFC 6522): prose, delivery status, returned letter. `groups`: fields per recipient. */
export function report(groups: readonly (readonly string[])[], prose = 'See below.'): Uint8Array {
  return message(
    'Return-Path: <>',
    'From: Mail Delivery System <MAILER-DAEMON@mx.dest.example>',
    'To: b+tok1@bounce.candor.example',
    'Subject: Undelivered Mail Returned to Sender',
    'Auto-Submitted: auto-replied',
    'MIME-Version: 1.0',
    'Content-Type: multipart/report; report-type=delivery-status; boundary="=_r"',
    '',
    '--=_r',
    'Content-Type: text/plain; charset=utf-8',
    '',
    prose,
    '--=_r',
    'Content-Type: message/delivery-status',
    '',
    'Reporting-MTA: dns; mx.dest.example',
    ...groups.flatMap((group) => ['', ...group]),
    '--=_r',
    'Content-Type: message/rfc822',
    '',
    ...letter,
    '--=_r--',
  );
}

/** A report in prose, from a daemon. */
export function prose(lines: readonly string[], headers: readonly string[] = []): Uint8Array {
  return message(
    'Return-Path: <>',
    'From: Mail Delivery Subsystem <MAILER-DAEMON@mx.dest.example>',
    'To: b+tok1@bounce.candor.example',
    'Subject: Delivery failure',
    ...headers,
    '',
    ...lines,
  );
}

/** A letter of a person or of their program. */
export function reply(headers: readonly string[], lines: readonly string[]): Uint8Array {
  return message(
    'From: Ada <ada@dest.example>',
    'To: b+tok1@bounce.candor.example',
    'In-Reply-To: <n.one.1@mail.candor.example>',
    ...headers,
    '',
    ...lines,
  );
}
