import { describe, expect, it } from 'vitest';
import { readReturn } from '../../../src/returns/read-return.ts';
import { letter, message, prose, reply, report } from './messages.ts';

const failed = (address: string, ...more: readonly string[]): string[] => [
  `Final-Recipient: rfc822; ${address}`,
  'Action: failed',
  'Status: 5.1.1',
  ...more,
];

describe('a report for machines', () => {
  it('names who was given up on, with status and reason, and the letter that came back', async () => {
    const read = await readReturn(
      report([failed('ada@dest.example', 'Diagnostic-Code: smtp; 550 5.1.1 <ada@dest.example>: User unknown')]),
    );
    expect(read).toEqual({
      kind: 'bounce',
      recipients: [{ address: 'ada@dest.example', final: true, status: '5.1.1', reason: 'unknown-mailbox' }],
      referencesOriginal: '<n.one.1@mail.candor.example>',
      notice: 'n1',
    });
  });

  it.each([
    ['a delay with a permanent code', ['Action: delayed', 'Status: 5.1.1'], 'delay', false],
    ['a temporary code after which the relay gave up', ['Action: failed', 'Status: 4.4.7'], 'bounce', true],
    ['no action, a permanent status', ['Status: 5.2.1'], 'bounce', true],
    ['no action, a temporary status', ['Status: 4.2.1'], 'delay', false],
    ['a delivery', ['Action: delivered', 'Status: 2.0.0'], 'delivered', false],
    ['a letter that was passed on', ['Action: relayed', 'Status: 2.1.9'], 'relayed', false],
    ['a list', ['Action: expanded', 'Status: 2.2.6'], 'expanded', false],
  ])('takes the action before the code: %s', async (_, fields, kind, final) => {
    const read = await readReturn(report([['Final-Recipient: rfc822; ada@dest.example', ...fields]]));
    expect(read.kind).toBe(kind);
    expect(read.recipients.map((each) => each.final)).toEqual([final]);
  });

  it('says bounce when one of several recipients failed, and who did not', async () => {
    const read = await readReturn(
      report([
        failed('ada@dest.example'),
        ['Final-Recipient: rfc822; ben@dest.example', 'Action: delayed', 'Status: 4.4.1'],
        ['Final-Recipient: rfc822; cleo@dest.example', 'Action: delivered', 'Status: 2.0.0'],
      ]),
    );
    expect(read.kind).toBe('bounce');
    expect(read.recipients.map(({ address, final }) => [address, final])).toEqual([
      ['ada@dest.example', true],
      ['ben@dest.example', false],
      ['cleo@dest.example', false],
    ]);
  });

  it('reads groups without an empty line between them', async () => {
    const read = await readReturn(report([[...failed('ada@dest.example'), ...failed('ben@dest.example')]]));
    expect(read.recipients.map((each) => each.address)).toEqual(['ada@dest.example', 'ben@dest.example']);
  });

  it.each([
    ['folded fields', ['Final-Recipient: rfc822;', ' ada@dest.example', 'Action:', ' failed', 'Status: 5.1.1']],
    ['brackets and a comment', ['Final-Recipient: RFC822; <ada@dest.example> (Ada)', 'Action: failed (gone)']],
    [
      'an address inside the server',
      [
        'Final-Recipient: rfc822;@mx.dest.example:ada@daemon',
        'Original-Recipient: rfc822;ada@dest.example',
        'Action: failed',
        'Status: 5.2.0',
      ],
    ],
    [
      'an account of the system',
      ['Final-Recipient: unknown; ada', 'Original-Recipient: rfc822;ada@dest.example', 'Action: failed'],
    ],
  ])('finds the address in %s', async (_, fields) => {
    const read = await readReturn(report([fields]));
    expect(read.recipients.map(({ address, final }) => [address, final])).toEqual([['ada@dest.example', true]]);
  });

  it('reads an internationalised address (RFC 6533)', async () => {
    const read = await readReturn(report([['Final-Recipient: utf-8; \\x{E4}da@dest.example', 'Action: failed']]));
    expect(read.recipients[0]?.address).toBe('äda@dest.example');
  });

  it('prefers the status that the remote side quoted to one without detail', async () => {
    const read = await readReturn(
      report([
        [
          'Final-Recipient: rfc822; ada@dest.example',
          'Action: failed',
          'Status: 5.0.0',
          'Diagnostic-Code: smtp; 552 5.2.2 over quota',
        ],
      ]),
    );
    expect(read.recipients[0]).toMatchObject({ status: '5.2.2', reason: 'mailbox-full' });
  });

  it('is found where the MIME structure is broken', async () => {
    const broken = Buffer.from(report([failed('ada@dest.example')]))
      .toString()
      .replace('boundary="=_r"', 'boundary="=_other"');
    const read = await readReturn(Buffer.from(broken));
    expect(read).toMatchObject({ kind: 'bounce', referencesOriginal: '<n.one.1@mail.candor.example>' });
    expect(read.recipients.map((each) => each.address)).toEqual(['ada@dest.example']);
  });

  it.each([
    ['CRLF', '\r\n'],
    ['CR', '\r'],
  ])('is read with line ends of %s', async (_, end) => {
    const text = Buffer.from(report([failed('ada@dest.example')]))
      .toString()
      .replaceAll('\n', end);
    expect(await readReturn(Buffer.from(text))).toMatchObject({ kind: 'bounce', notice: 'n1' });
  });
});

describe('a report in prose', () => {
  const qmail = [
    'Hi. This is the qmail-send program at mx.dest.example.',
    "I'm afraid I wasn't able to deliver your message to the following addresses.",
    "This is a permanent error; I've given up. Sorry it didn't work out.",
    '',
    '<ada@dest.example>:',
    'Sorry, no mailbox here by that name. (#5.1.1)',
    '',
    '--- Below this line is a copy of the message.',
    '',
    ...letter,
  ];
  const exim = [
    'A message that you sent could not be delivered to one or more of its',
    'recipients. This is a permanent error. The following address(es) failed:',
    '',
    '  ada@dest.example',
    '    SMTP error from remote mail server after RCPT TO:<ada@dest.example>:',
    '    host mx.dest.example [192.0.2.7]: 550 5.1.1 User unknown',
    '',
    '------ This is a copy of the message, including all the headers. ------',
    '',
    ...letter,
  ];
  const sentence = ['There was an error delivering your mail to <ada@dest.example>.', '', '550 5.1.1 User unknown'];
  const deutsch = [
    'Ihre Nachricht konnte nicht zugestellt werden.',
    'Empfänger: ada@dest.example',
    'Grund: 550 5.1.1 Benutzer unbekannt',
  ];
  const japanese = ['以下のあて先に配信できませんでした。', '', 'ada@dest.example', '', '550 5.1.1 User unknown'];

  it.each([
    ['a list in brackets', qmail],
    ['an indented list', exim],
    ['a sentence', sentence],
    ['German', deutsch],
    ['Japanese', japanese],
  ])('names who failed: %s', async (_, lines) => {
    const read = await readReturn(prose(lines, ['Content-Type: text/plain; charset=utf-8']));
    expect(read.kind).toBe('bounce');
    expect(read.recipients).toMatchObject([{ address: 'ada@dest.example', final: true, status: '5.1.1' }]);
  });

  it.each([
    ['announced', qmail],
    ['with all headers', exim],
  ])('returns the letter that is %s', async (_, lines) => {
    expect(await readReturn(prose(lines))).toMatchObject({
      referencesOriginal: '<n.one.1@mail.candor.example>',
      notice: 'n1',
    });
  });

  it('names nobody who is only asked for help, nor the sender', async () => {
    const read = await readReturn(
      prose([
        'Your message could not be delivered. For further assistance, please contact postmaster@mx.dest.example.',
        'MAIL FROM:<b+tok1@bounce.candor.example>',
        '',
        '<ada@dest.example>: 550 5.1.1 User unknown',
      ]),
    );
    expect(read.recipients.map((each) => each.address)).toEqual(['ada@dest.example']);
  });

  it.each([
    [
      'a warning',
      [
        'THIS IS A WARNING MESSAGE ONLY.',
        'Delivery to the following recipient has been delayed:',
        '',
        '  ada@dest.example',
        '',
        'Message will be retried for 2 more day(s)',
      ],
    ],
    [
      'a queue',
      [
        'A message that you sent has not yet been delivered to one or more of its recipients.',
        '',
        '  ada@dest.example',
        '',
        'No action is required on your part. Delivery attempts will continue for some time.',
      ],
    ],
  ])('is no bounce while the letter is still tried: %s', async (_, lines) => {
    const read = await readReturn(prose(lines));
    expect(read.kind).toBe('delay');
    expect(read.recipients).toMatchObject([{ address: 'ada@dest.example', final: false }]);
  });

  it('is a bounce when the tries are over', async () => {
    const read = await readReturn(
      prose([
        'The letter was delayed and could not be delivered within 5 days. We have given up.',
        '',
        '<ada@dest.example>: connection timed out',
      ]),
    );
    expect(read).toMatchObject({ kind: 'bounce', recipients: [{ final: true, reason: 'expired' }] });
  });
});

describe('replies that a program writes', () => {
  it.each([
    [
      'Exchange',
      ['Subject: Automatic reply: Your account', 'Auto-Submitted: auto-generated', 'X-Auto-Response-Suppress: All'],
    ],
    ['German', ['Subject: Automatische Antwort: Ihr Konto', 'Auto-Submitted: auto-generated']],
    ['Spanish', ['Subject: Respuesta automática: Su cuenta']],
    ['Japanese', ['Subject: =?utf-8?B?6Ieq5YuV5b+c562UOiBOb3RpY2U=?=', 'Auto-Submitted: auto-generated']],
    ['an empty subject', ['Subject:', 'Auto-Submitted: auto-replied']],
    ['an old vacation program', ['Subject: away from my mail', 'Precedence: junk']],
    [
      'a daemon in its name',
      ['From: MAILER-DAEMON@dest.example', 'Subject: Vacation reply', 'Auto-Submitted: auto-replied'],
    ],
  ])('settle nothing: %s', async (_, headers) => {
    const read = await readReturn(reply(headers, ['I am out of the office until Monday.']));
    expect(read).toMatchObject({
      kind: 'auto-reply',
      recipients: [],
      referencesOriginal: '<n.one.1@mail.candor.example>',
    });
  });

  it('ask for proof: a challenge', async () => {
    const read = await readReturn(
      reply(
        ['Subject: Please confirm your message', 'Precedence: bulk'],
        ['Your message is being held. To release it, reply to this message.'],
      ),
    );
    expect(read.kind).toBe('challenge');
  });
});

describe('letters of people', () => {
  it.each([
    [
      'a question',
      ['Subject: Re: Your account'],
      ['What data of mine was it, and could not the letter be delivered earlier?'],
    ],
    [
      'a quoted report',
      ['Subject: Fwd: Undelivered Mail Returned to Sender'],
      [
        'I got this when I answered, what does it mean?',
        '',
        '> <privacy@candor.example>: 550 5.1.1 User unknown',
        '> Final-Recipient: rfc822; privacy@candor.example',
        '> Action: failed',
        '> Status: 5.1.1',
      ],
    ],
    [
      'a full mailbox in a sentence',
      ['Subject: my mailbox'],
      ['My mailbox was full, please send the letter again to ada@home.example.'],
    ],
  ])('are never a bounce: %s', async (_, headers, lines) => {
    expect(await readReturn(reply(headers, lines))).toMatchObject({ kind: 'not-a-bounce', recipients: [] });
  });
});

describe('other reports', () => {
  const feedback = (type: string): Uint8Array =>
    message(
      'From: fbl@isp.example',
      'To: fbl@candor.example',
      'Subject: FW: Your account',
      'MIME-Version: 1.0',
      'Content-Type: multipart/report; report-type=feedback-report; boundary="=_f"',
      '',
      '--=_f',
      'Content-Type: text/plain',
      '',
      'This is an email abuse report.',
      '--=_f',
      'Content-Type: message/feedback-report',
      '',
      `Feedback-Type: ${type}`,
      'Version: 1',
      'Original-Rcpt-To: <ada@dest.example>',
      '--=_f',
      'Content-Type: message/rfc822',
      '',
      ...letter,
      '--=_f--',
    );

  it('tell of a complaint, with its reader, who was reached', async () => {
    expect(await readReturn(feedback('abuse'))).toMatchObject({
      kind: 'complaint',
      recipients: [{ address: 'ada@dest.example', final: false }],
      notice: 'n1',
    });
  });

  it.each(['auth-failure', 'virus', 'not-spam'])('tell of %s, which nobody complains of', async (type) => {
    expect((await readReturn(feedback(type))).kind).toBe('other');
  });

  it('are receipts', async () => {
    const read = await readReturn(
      message(
        'From: Ada <ada@dest.example>',
        'Subject: Read: Your account',
        'MIME-Version: 1.0',
        'Content-Type: multipart/report; report-type=disposition-notification; boundary="=_m"',
        '',
        '--=_m',
        'Content-Type: text/plain',
        '',
        'Your message was read.',
        '--=_m',
        'Content-Type: message/disposition-notification',
        '',
        'Final-Recipient: rfc822; ada@dest.example',
        'Original-Message-ID: <n.one.1@mail.candor.example>',
        'Disposition: manual-action/MDN-sent-manually; displayed',
        '--=_m--',
      ),
    );
    expect(read).toMatchObject({ kind: 'other', recipients: [], referencesOriginal: '<n.one.1@mail.candor.example>' });
  });
});

describe('whatever comes', () => {
  it.each([
    ['nothing', ''],
    ['no headers', '\n\nhello'],
    ['only brackets', '<'.repeat(200_000)],
    ['blanks without end', `Subject: x\n\nto ${' '.repeat(300_000)}`],
    ['dashes without end', `From: <>\n\n${'-'.repeat(300_000)}\n${'- '.repeat(100_000)}`],
    ['a deep nest', 'Content-Type: message/rfc822\n\n'.repeat(500)],
    [
      'many parts',
      `Content-Type: multipart/mixed; boundary=b\n\n${'--b\nContent-Type: text/plain\n\nx\n'.repeat(20_000)}`,
    ],
    ['many headers', `${'X-A: b\n'.repeat(100_000)}\nx`],
    ['a long header', `From: ${'a'.repeat(900_000)}\n\nx`],
    ['octets', Buffer.from(Array.from({ length: 10_000 }, (_, index) => (index * 7919) % 256)).toString('latin1')],
  ])('is read to an end: %s', async (_, text) => {
    const read = await readReturn(Buffer.from(text, 'latin1'));
    expect(read.recipients.filter((each) => each.final)).toEqual([]);
  });
});
