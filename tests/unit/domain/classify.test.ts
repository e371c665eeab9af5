import { describe, expect, it } from 'vitest';
import { classify, classifyConnectFailure, temporaryAnswer } from '../../../src/domain/classify.ts';
import {
  holdReasons,
  stages,
  type ConnectFailure,
  type DeliveryResult,
  type LetterStage,
  type Loss,
  type Reply,
  type Verdict,
} from '../../../src/domain/delivery-result.ts';
import { holdTexts } from '../../../src/domain/hold-reasons.ts';
import { parseReply } from '../../../src/domain/reply.ts';
import { findRule, replyRules } from '../../../src/domain/reply-rules.ts';

const calm = { temporaryShare: { isThrottling: () => false } };
const storm = { temporaryShare: { isThrottling: () => true } };

function reply(text: string): Reply {
  const parsed = parseReply(text);
  if (parsed === null) throw new Error(`no reply: ${text}`);
  return parsed;
}

function replied(stage: LetterStage, text: string): DeliveryResult {
  return { kind: 'replied', stage, reply: reply(text) };
}

const hold = (reason: string): Partial<Verdict> & { reason: string } => ({ kind: 'hold', reason }) as never;
const refused = (reason: string): Partial<Verdict> => ({ kind: 'refused', reason }) as never;
const charged = { kind: 'deferred', charged: true } as const;
const uncharged = { kind: 'deferred', charged: false } as const;
const slower = { kind: 'throttled', scope: 'relay' } as const;
const domainSlower = { kind: 'throttled', scope: 'domain' } as const;

/** [stage, reply as relays give it, rule, verdict]. The first example of a rule proves that it can be reached. */
const examples: readonly (readonly [LetterStage, string, string, object])[] = [
  [
    'rcpt',
    '450 4.2.1 The user you are trying to contact is receiving mail at a rate that prevents additional messages',
    'recipient-rate',
    charged,
  ],
  [
    'rcpt',
    '550 5.2.1 The user is receiving mail at a rate that prevents additional messages from being delivered',
    'recipient-rate',
    charged,
  ],
  ['rcpt', '450 5.2.121 Too much for this mailbox in the last hour', 'recipient-rate-code', charged],
  ['rcpt', '550 5.2.122 STOREDRV', 'recipient-rate-code', charged],

  ['rcpt', '450 4.2.1 Peak SMTP relay limit exceeded for customer', 'quota-text', hold('quota-spent')],
  ['mail', '550 5.4.5 Daily user sending quota exceeded', 'quota-text', hold('quota-spent')],
  ['rcpt', '550 5.7.1 Daily SMTP relay sending limit exceeded for this customer', 'quota-text', hold('quota-spent')],
  ['after-body', '554 5.2.2 mailbox submission quota exceeded', 'quota-text', hold('quota-spent')],
  ['after-body', '454 4.7.1 Throttling failure: Daily message quota exceeded', 'quota-text', hold('quota-spent')],
  [
    'rcpt',
    '550 Domain example.com has exceeded the max emails per hour (500/500 (100%)) allowed.  Message discarded.',
    'quota-text',
    hold('quota-spent'),
  ],
  ['rcpt', '552 5.7.1 Recipient limit exceeded for this hour on your plan', 'quota-text', hold('quota-spent')],
  ['mail', '550 5.4.5 Try again tomorrow', 'quota-code', hold('quota-spent')],
  ['rcpt', '550 5.1.90 Your message cannot be sent now', 'quota-code', hold('quota-spent')],
  ['after-body', '550 5.7.705 Access denied, tenant has exceeded its threshold', 'quota-code', hold('quota-spent')],

  ['mail', '530 5.7.0 Must issue a STARTTLS command first', 'tls-needed-text', hold('relay-tls')],
  [
    'mail',
    '538 5.7.11 Encryption required for requested authentication mechanism',
    'tls-needed-text',
    hold('relay-tls'),
  ],
  ['rcpt', '550 5.7.10 see our policy', 'tls-needed-code', hold('relay-tls')],
  [
    'after-body',
    '554 5.7.9 Message not accepted for policy reasons',
    'sender-unauthenticated-policy',
    hold('sender-unauthenticated'),
  ],
  ['mail', '530 5.7.0 Authentication Required', 'login-needed-text', hold('relay-auth')],
  [
    'rcpt',
    '553 5.7.1 <notice@example.com>: Sender address rejected: not logged in',
    'login-needed-text',
    hold('relay-auth'),
  ],
  [
    'mail',
    '550 5.7.1 Client was not authenticated to send anonymous mail during MAIL FROM',
    'login-needed-text',
    hold('relay-auth'),
  ],
  [
    'rcpt',
    '550 5.7.1 RESOLVER.RST.AuthRequired; authentication required',
    'recipient-restricted-text',
    refused('recipient-policy'),
  ],
  [
    'rcpt',
    '550 5.7.133 RESOLVER.RST.SenderNotAuthenticatedForGroup; authentication required',
    'recipient-restricted-text',
    refused('recipient-policy'),
  ],
  ['rcpt', '550 5.7.134 authentication required', 'recipient-policy-code', refused('recipient-policy')],
  ['mail', '530 5.5.1 no', 'login-needed-code', hold('relay-auth')],
  ['mail', '535 5.0.0 no', 'login-needed-code', hold('relay-auth')],
  ['mail', '550 5.7.8 no', 'login-needed-enhanced', hold('relay-auth')],

  [
    'mail',
    '421 4.7.0 [TSS04] Messages from 192.0.2.1 temporarily deferred due to unexpected volume or user complaints',
    'provider-rate',
    domainSlower,
  ],
  [
    'after-body',
    '421 4.7.28 Our system has detected an unusual rate of mail originating from your DKIM domain',
    'provider-rate',
    domainSlower,
  ],
  [
    'mail',
    '451 4.7.650 The mail server has been temporarily rate limited due to IP reputation',
    'provider-rate',
    domainSlower,
  ],
  [
    'rcpt',
    '421 4.7.0 This message is suspicious due to the very low reputation of the sending domain',
    'provider-rate',
    domainSlower,
  ],
  ['rcpt', '451 4.7.500 Access denied, please try again later AS(1)', 'provider-rate-code', domainSlower],
  ['mail', '421 4.7.0 Too many messages in this session', 'session-limit', uncharged],
  ['mail', '421 4.4.2 relay.example Error: timeout exceeded', 'session-limit', uncharged],
  ['mail', '450 4.7.1 Error: too much mail from 192.0.2.1', 'throttle-text', slower],
  ['rcpt', '421 4.7.0 relay.example Error: too many connections from 192.0.2.1', 'throttle-text', slower],
  ['after-body', '454 4.7.0 Throttling failure: Maximum sending rate exceeded.', 'throttle-text', slower],
  ['rcpt', '451 4.3.2 server busy', 'throttle-text', slower],
  ['rcpt', '450 4.7.1 sending rate limit exceeded', 'throttle-text', slower],
  ['rcpt', '550 5.7.1 rate limit reached', 'throttle-text', slower],
  ['after-body', '432 4.3.2 STOREDRV.ClientSubmit; sender thread limit exceeded', 'throttle-text', slower],

  [
    'after-body',
    '550 5.7.26 This mail has been blocked because the sender is unauthenticated: neither SPF nor DKIM passed',
    'sender-unauthenticated-text',
    hold('sender-unauthenticated'),
  ],
  [
    'after-body',
    '550 5.7.1 Unauthenticated email from example.com is not accepted due to its DMARC policy',
    'sender-unauthenticated-text',
    hold('sender-unauthenticated'),
  ],
  [
    'rcpt',
    '450 4.7.25 Client host rejected: cannot find your reverse hostname, [192.0.2.1]',
    'sender-unauthenticated-text',
    hold('sender-unauthenticated'),
  ],
  [
    'after-body',
    '421 5.7.32 From header does not align',
    'sender-unauthenticated-code',
    hold('sender-unauthenticated'),
  ],
  [
    'after-body',
    '550 5.7.515 Access denied, the sending domain does not meet the required level',
    'sender-unauthenticated-code',
    hold('sender-unauthenticated'),
  ],
  [
    'mail',
    '421 4.7.29 this sender is not allowed without a secure connection',
    'sender-unauthenticated-code',
    hold('sender-unauthenticated'),
  ],
  ['rcpt', '550 5.7.1 Address is in the customer block list', 'recipient-blocklist', refused('recipient-policy')],
  ['rcpt', '550 5.7.1 gcdp', 'recipient-blocklist', refused('recipient-policy')],
  [
    'rcpt',
    '554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org',
    'sender-blocked-text',
    hold('sender-blocked'),
  ],
  [
    'mail',
    '550 5.7.1 Unfortunately, messages from [192.0.2.1] were not sent, part of the network is on our block list (S3140)',
    'sender-blocked-text',
    hold('sender-blocked'),
  ],
  [
    'mail',
    '553 5.7.2 [TSS09] All messages will be permanently deferred; retrying will not succeed',
    'sender-blocked-text',
    hold('sender-blocked'),
  ],
  ['mail', '421 4.7.1 [TS03] All messages will be permanently deferred', 'sender-blocked-text', hold('sender-blocked')],
  ['rcpt', '550 5.7.606 Access denied, see the delist portal', 'sender-blocked-code', hold('sender-blocked')],
  ['rcpt', '550 5.7.511 Access denied', 'sender-blocked-code', hold('sender-blocked')],
  ['rcpt', '550 5.7.750 traffic from an unregistered domain', 'sender-blocked-code', hold('sender-blocked')],
  ['rcpt', '550 5.7.1 Your account has been suspended, contact support', 'account-suspended', hold('sender-blocked')],
  ['after-body', '554 Message rejected: Sending paused for this account', 'account-suspended', hold('sender-blocked')],
  ['rcpt', '550 5.4.6 Unusual sending activity detected', 'account-suspended', hold('sender-blocked')],
  [
    'rcpt',
    '550 5.7.1 Client blocked from sending from unregistered domain',
    'account-suspended',
    hold('sender-blocked'),
  ],
  [
    'rcpt',
    '550 5.7.1 Trial accounts can only send to verified recipients',
    'account-suspended',
    hold('sender-blocked'),
  ],
  ['rcpt', '450 4.1.0 <notice@example.com>: Sender address rejected: Domain not found', 'sender-lookup', uncharged],
  ['rcpt', '451 4.1.8 try again', 'sender-lookup-code', uncharged],
  [
    'mail',
    '550 5.1.8 <notice@example.com>: Sender address rejected: Domain not found',
    'sender-refused-text',
    hold('sender-refused'),
  ],
  [
    'rcpt',
    '553 5.7.1 <notice@example.com>: Sender address rejected: not owned by user relay',
    'sender-refused-text',
    hold('sender-refused'),
  ],
  [
    'after-body',
    '554 5.0.0 Message rejected: Email address is not verified.',
    'sender-refused-text',
    hold('sender-refused'),
  ],
  [
    'after-body',
    '550 The from address does not match a verified Sender Identity',
    'sender-refused-text',
    hold('sender-refused'),
  ],
  [
    'after-body',
    '421 Domain example.com is not allowed to send: add the recipient to the authorized ones',
    'sender-domain-refused',
    hold('sender-refused'),
  ],
  ['rcpt', '550 5.7.1 example.com is rejected by user policy', 'recipient-decision', refused('recipient-policy')],
  ['rcpt', '554 5.7.1 outbound spam detected', 'outbound-spam', hold('content-refused')],
  ['rcpt', "451 You've exceeded your messaging limits", 'plan-spent', hold('quota-spent')],
  ['rcpt', '550 5.7.1 Your account is not yet activated', 'account-stopped', hold('sender-blocked')],
  ['rcpt', '550 5.7.1 Unconfigured Sending Domain <example.com>', 'sender-mismatch', hold('sender-refused')],
  ['rcpt', '550 5.7.1 You are not authorised to send mail', 'sending-not-permitted', hold('sender-refused')],
  ['after-body', '550 5.7.60 SMTP; no permissions', 'sender-refused-code', hold('sender-refused')],
  ['rcpt', '550 5.1.7 bad reverse path', 'sender-refused-code', hold('sender-refused')],
  ['rcpt', '554 5.7.1 <jane@example.net>: Relay access denied', 'relay-denied-text', hold('relay-denied')],
  ['rcpt', '454 4.7.1 <jane@example.net>: Relay access denied', 'relay-denied-text', hold('relay-denied')],
  [
    'rcpt',
    '550 5.7.54 SMTP; Unable to relay recipient in non-accepted domain',
    'relay-denied-text',
    hold('relay-denied'),
  ],
  ['mail', '550 5.7.1 Invalid credentials for relay [192.0.2.1]', 'relay-denied-text', hold('relay-denied')],
  ['rcpt', "553 sorry, that domain isn't in my list of allowed rcpthosts", 'relay-denied-text', hold('relay-denied')],
  [
    'rcpt',
    '554 5.7.1 <unknown[192.0.2.1]>: Client host rejected: Access denied',
    'relay-denied-text',
    hold('relay-denied'),
  ],
  [
    'rcpt',
    '504 5.5.2 <localhost>: Helo command rejected: need fully-qualified hostname',
    'relay-denied-text',
    hold('relay-denied'),
  ],
  [
    'after-body',
    '554 Access denied: User is not authorized to perform SendRawEmail',
    'relay-denied-text',
    hold('relay-denied'),
  ],
  ['mail', '530 5.7.57 Client was refused', 'login-needed-code', hold('relay-auth')],
  ['rcpt', '550 5.7.64 TenantAttribution', 'relay-denied-code', hold('relay-denied')],

  ['rcpt', '552 5.2.2 The account is over quota and inactive', 'mailbox-dead-full', refused('mailbox-disabled')],
  ['rcpt', '452 4.2.2 The email account that you tried to reach is over quota', 'mailbox-full-text', charged],
  ['rcpt', '552 5.2.2 mailbox full', 'mailbox-full-text', charged],
  [
    'after-body',
    '552 Requested mail action aborted: exceeded storage allocation, mailbox size limit',
    'mailbox-full-text',
    charged,
  ],
  ['after-body', '554 5.2.2 quota exceeded', 'mailbox-full-text', charged],
  ['rcpt', '552 5.2.2 no', 'mailbox-full-code', charged],
  [
    'rcpt',
    '450 4.2.0 <jane@example.net>: Recipient address rejected: Greylisted, see the postgrey pages',
    'greylist',
    charged,
  ],
  ['rcpt', '451 4.7.1 Greylisting in action, please come back later', 'greylist', charged],

  [
    'after-body',
    '550 5.7.1 The message is not RFC 5322 compliant: multiple From headers',
    'letter-malformed-text',
    hold('letter-malformed'),
  ],
  ['after-body', '554 5.0.0 missing a valid Message-ID', 'letter-malformed-text', hold('letter-malformed')],
  ['mail', '552 5.3.4 Message size exceeds fixed maximum message size', 'letter-too-big', hold('letter-malformed')],
  ['after-body', '554 5.6.0 no', 'letter-malformed-code', hold('letter-malformed')],
  ['mail', '555 5.5.2 Syntax error', 'parameter-refused', hold('letter-malformed')],
  ['after-body', '554 5.7.1 Message rejected as spam', 'content-refused-text', hold('content-refused')],
  [
    'after-body',
    '552 5.7.0 This message was blocked because its content presents a potential security issue',
    'content-refused-text',
    hold('content-refused'),
  ],
  [
    'after-body',
    '421 4.7.0 blocked because of the nature of the content or the links within',
    'content-refused-links',
    hold('content-refused'),
  ],

  ['mail', '550 5.6.7 SMTPUTF8 is required', 'smtputf8-missing', refused('relay-without-smtputf8')],
  ['rcpt', '553 5.6.7 no', 'smtputf8-missing-code', refused('relay-without-smtputf8')],
  [
    'rcpt',
    '550 5.2.1 The email account that you tried to reach is disabled',
    'mailbox-disabled-text',
    refused('mailbox-disabled'),
  ],
  ['after-body', '554 delivery error: 554.30 mailbox', 'mailbox-disabled-text', refused('mailbox-disabled')],
  [
    'rcpt',
    '556 5.1.10 <jane@example.net>: Recipient address rejected: Domain example.net does not accept mail (nullMX)',
    'null-mx',
    refused('unknown-domain'),
  ],
  [
    'rcpt',
    '550 5.1.1 <jane@example.net>: Recipient address rejected: User unknown in virtual mailbox table',
    'unknown-mailbox-text',
    refused('unknown-mailbox'),
  ],
  [
    'rcpt',
    "550-5.1.1 The email account that you tried to reach does not exist. Please try\n550-5.1.1 double-checking the recipient's address\n550 5.1.1 for typos",
    'unknown-mailbox-text',
    refused('unknown-mailbox'),
  ],
  [
    'rcpt',
    "554 delivery error: dd This user doesn't have an example.com account",
    'unknown-mailbox-text',
    refused('unknown-mailbox'),
  ],
  [
    'rcpt',
    '550 5.4.1 Recipient address rejected: Access denied. [AM0.eurprd.prod.outlook.com]',
    'unknown-mailbox-outlook',
    refused('unknown-mailbox'),
  ],
  [
    'rcpt',
    '550 5.1.10 RESOLVER.ADR.RecipientNotFound; not found by SMTP address lookup',
    'unknown-mailbox-text',
    refused('unknown-mailbox'),
  ],
  ['rcpt', '552 1 mailbox not found', 'unknown-mailbox-text', refused('unknown-mailbox')],
  [
    'rcpt',
    '550 5.4.1 Recipient address rejected: Access denied. AS(201806281)',
    'unknown-mailbox-outlook',
    refused('unknown-mailbox'),
  ],
  ['rcpt', '550 No such user here', 'unknown-mailbox-text', refused('unknown-mailbox')],
  [
    'rcpt',
    '550 5.1.2 <jane@example.net>: Recipient address rejected: Domain not found',
    'unknown-domain-text',
    refused('unknown-domain'),
  ],
  ['rcpt', '550 Unrouteable address', 'unknown-domain-text', refused('unknown-domain')],
  ['rcpt', '553 Invalid address syntax', 'bad-address-text', refused('bad-address')],
  ['rcpt', '501 5.1.3 Bad recipient address', 'bad-address-text', refused('bad-address')],
  ['rcpt', '550 5.7.129 restricted', 'recipient-policy-code', refused('recipient-policy')],
  ['rcpt', '550 5.2.1 no', 'mailbox-disabled-code', refused('mailbox-disabled')],
  ['rcpt', '525 no', 'mailbox-disabled-reply', refused('mailbox-disabled')],
  ['rcpt', '521 no', 'domain-no-mail', refused('unknown-domain')],
  [
    'rcpt',
    '550 5.1.1 <spamhaus.block.list@relay.denied.example> gone',
    'unknown-mailbox-code',
    refused('unknown-mailbox'),
  ],
  ['rcpt', '550 5.1.1 no', 'unknown-mailbox-code', refused('unknown-mailbox')],
  ['rcpt', '551 5.1.6 moved', 'unknown-mailbox-code', refused('unknown-mailbox')],
  ['after-body', '550 5.4.4 no', 'unknown-domain-code', refused('unknown-domain')],
  ['rcpt', '553 5.1.3 no', 'bad-address-code', refused('bad-address')],
  ['rcpt', '501 no', 'bad-address-reply', refused('bad-address')],

  ['mail', '503 5.5.1 nested MAIL command', 'bad-sequence', uncharged],
  ['rcpt', '421 4.3.0 closing', 'closing', slower],
  ['mail', '454 4.7.0 later', 'too-many-logins', slower],
  ['mail', '451 4.3.0 not now', 'mail-not-now', uncharged],
  ['mail', '452 4.3.1 Insufficient system storage', 'mail-not-now', uncharged],
  ['mail', '550 5.1.0 Address rejected: user unknown', 'mail-refused', hold('sender-refused')],
  ['mail', '450 4.2.0 greylisted', 'mail-not-now', uncharged],
  ['mail', '550 5.7.1 no', 'mail-refused', hold('sender-refused')],
  [
    'rcpt',
    '450 4.1.1 <jane@example.net>: Recipient address rejected: User unknown in local recipient table',
    'temporary',
    charged,
  ],
  ['rcpt', '450 4.7.1 Your domain is not allowed to send to this mailbox at this hour', 'temporary', charged],
  ['rcpt', '451 4.3.0 not now', 'temporary', charged],
  ['after-body', '452 4.3.1 Insufficient system storage', 'temporary', charged],
  ['rcpt', '554 5.7.1 <jane@example.net>: Recipient address rejected: Access denied', 'review', refused('review')],
  ['rcpt', '550 5.7.1 You were blocked from sending to this recipient', 'review', refused('review')],
  ['rcpt', '550 5.7.1 no', 'review', refused('review')],
  ['after-body', '554 5.7.1 transaction failed', 'review', refused('review')],
  ['rcpt', '550 Requested action not taken: mailbox unavailable', 'review', refused('review')],
];

describe('classify', () => {
  it.each(examples)('at %s takes %j by the rule %s', (stage, text, rule, verdict) => {
    expect(classify(replied(stage, text), calm)).toEqual({ ...verdict, rule });
  });

  it('has an example for every rule, so that no rule is unreachable', () => {
    const reached = new Set(examples.map(([stage, text]) => findRule(stage, reply(text))?.name));
    expect(replyRules.map((rule) => rule.name).filter((name) => !reached.has(name))).toEqual([]);
  });

  it('gives every rule a name of its own', () => {
    expect(new Set(replyRules.map((rule) => rule.name)).size).toBe(replyRules.length);
  });

  it('finds a rule for every refusal at every stage', () => {
    for (const stage of stages)
      for (let code = 400; code < 600; code += 1)
        expect(findRule(stage, reply(`${code} x`)), `${stage} ${code}`).not.toBeNull();
  });

  it('never refuses a recipient for good because of a 4yz', () => {
    const texts = examples.map(
      ([stage, text]) => [stage, text.replaceAll(/^5/gm, '4').replaceAll(/^(\d{3}[ -])5\./gm, '$14.')] as const,
    );
    for (const [stage, text] of texts) expect(classify(replied(stage, text), calm).kind, text).not.toBe('refused');
  });

  it('stays quick on a hostile reply', () => {
    const startMs = performance.now();
    for (const word of ['mailbox ', 'sender ', 'a', 'too many ', 'user user ', '<@'])
      classify(replied('rcpt', `550 ${word.repeat(100_000)}`), calm);
    expect(performance.now() - startMs).toBeLessThan(1000);
  });

  it.each([
    ['after-body', '250 2.0.0 ok', { kind: 'accepted', rule: 'accepted' }],
    ['after-body', '251 ok', { kind: 'accepted', rule: 'accepted' }],
    ['after-body', '354 again?', { kind: 'unconfirmed', rule: 'out-of-place' }],
    ['body', '250 too early', { kind: 'unconfirmed', rule: 'out-of-place' }],
    ['data', '250 ok', { kind: 'deferred', rule: 'out-of-place', charged: false }],
    ['rcpt', '250 ok', { kind: 'deferred', rule: 'out-of-place', charged: false }],
  ] as const)('takes a reply that refuses nothing, at %s: %s', (stage, text, verdict) => {
    expect(classify(replied(stage, text), calm)).toEqual(verdict);
  });

  it('counts a loss before the body against nobody, and one after it as unconfirmed', () => {
    expect(classify({ kind: 'lost', stage: 'data', loss: 'reset', mayHaveGone: false }, calm)).toEqual({
      kind: 'deferred',
      rule: 'lost-before-body',
      charged: false,
    });
    expect(classify({ kind: 'lost', stage: 'after-body', loss: 'timeout', mayHaveGone: true }, calm)).toEqual({
      kind: 'unconfirmed',
      rule: 'lost-after-body',
    });
  });

  it.each<[string, DeliveryResult, { letters: number; triedAtOnce: number }, string]>([
    [
      'a connection lost at MAIL',
      { kind: 'lost', stage: 'mail', loss: 'reset', mayHaveGone: false },
      { letters: 1, triedAtOnce: 0 },
      'session-ended',
    ],
    [
      'a new one lost at MAIL',
      { kind: 'lost', stage: 'mail', loss: 'reset', mayHaveGone: false },
      { letters: 0, triedAtOnce: 0 },
      'session-ended',
    ],
    [
      'one lost at DATA',
      { kind: 'lost', stage: 'data', loss: 'reset', mayHaveGone: false },
      { letters: 3, triedAtOnce: 2 },
      'session-ended',
    ],
    [
      'the fourth for one letter',
      { kind: 'lost', stage: 'rcpt', loss: 'reset', mayHaveGone: false },
      { letters: 3, triedAtOnce: 3 },
      'deferred',
    ],
    [
      'a silent one',
      { kind: 'lost', stage: 'mail', loss: 'timeout', mayHaveGone: false },
      { letters: 1, triedAtOnce: 0 },
      'deferred',
    ],
    [
      'one lost after the body',
      { kind: 'lost', stage: 'after-body', loss: 'reset', mayHaveGone: true },
      { letters: 1, triedAtOnce: 0 },
      'unconfirmed',
    ],
    ['421 after a letter', replied('mail', '421 4.3.2 closing'), { letters: 1, triedAtOnce: 0 }, 'session-ended'],
    ['421 to the first MAIL', replied('mail', '421 4.3.2 closing'), { letters: 0, triedAtOnce: 0 }, 'throttled'],
    ['421 at RCPT', replied('rcpt', '421 4.3.2 closing'), { letters: 1, triedAtOnce: 0 }, 'throttled'],
    [
      '421 that asks for less',
      replied('mail', '421 4.7.0 too many messages, slow down'),
      { letters: 1, triedAtOnce: 0 },
      'throttled',
    ],
    [
      '421 that names the session',
      replied('mail', '421 4.7.0 Too many messages in this session'),
      { letters: 1, triedAtOnce: 0 },
      'session-ended',
    ],
    [
      '421 that names it, again and again',
      replied('mail', '421 4.7.0 Too many messages in this session'),
      { letters: 1, triedAtOnce: 3 },
      'deferred',
    ],
  ])('takes %s for what it is', (_, result, session, kind) => {
    expect(classify(result, { ...calm, session }).kind).toBe(kind);
  });

  it.each([
    '450 4.1.7 <notices@example.com>: Sender address rejected: unverified address: Address verification in progress',
    '450 4.1.8 <notices@example.com>: Sender address rejected: Domain not found',
    '451 4.1.8 try again',
    '450 4.1.7 later',
  ])('holds for a sender that is put off at the third try: %s', (text) => {
    const at = (tries: number) => classify(replied('rcpt', text), { ...calm, tries });
    expect(at(2)).toMatchObject({ kind: 'deferred' });
    expect(at(3)).toEqual({ kind: 'hold', rule: 'sender-put-off', reason: 'sender-refused' });
    expect(classify(replied('mail', text), { ...calm, tries: 3 })).toMatchObject({ kind: 'hold' });
  });

  it('refuses a recipient that the relay cannot address', () => {
    expect(classify({ kind: 'unsupported', reason: 'relay-without-smtputf8' }, calm)).toMatchObject({
      kind: 'refused',
      reason: 'relay-without-smtputf8',
    });
  });

  it('lets 450, 451 and 452 join throttling only when the share says so', () => {
    expect(classify(replied('rcpt', '451 4.3.0 not now'), storm)).toEqual({
      kind: 'throttled',
      rule: 'temporary-share',
      scope: 'relay',
    });
    expect(classify(replied('rcpt', '450 4.2.0 greylisted'), storm)).toMatchObject(charged);
    expect(classify(replied('rcpt', '452 4.2.2 mailbox full'), storm)).toMatchObject(charged);
    expect(classify(replied('rcpt', '447 4.4.7 expired'), storm)).toMatchObject(charged);
  });

  it('offers the share only answers to a recipient or a letter', () => {
    expect(temporaryAnswer(replied('rcpt', '451 no'))).toBe(true);
    expect(temporaryAnswer(replied('rcpt', '451 4.7.1 Greylisting in action'))).toBe(false);
    expect(temporaryAnswer(replied('after-body', '250 ok'))).toBe(false);
    expect(temporaryAnswer(replied('mail', '451 no'))).toBeNull();
    expect(temporaryAnswer({ kind: 'lost', stage: 'rcpt', loss: 'reset', mayHaveGone: false })).toBeNull();
  });
});

describe('classifyConnectFailure', () => {
  const answered = (stage: ConnectFailure['stage'], text: string): ConnectFailure => ({
    stage,
    reply: reply(text),
    loss: null,
    detail: '',
  });
  const silent = (stage: ConnectFailure['stage'], loss: Loss): ConnectFailure => ({
    stage,
    reply: null,
    loss,
    detail: '',
  });

  it.each([
    [answered('auth', '535 5.7.8 Authentication credentials invalid'), { kind: 'hold', reason: 'relay-auth' }],
    [answered('auth', '534 5.7.9 Application-specific password required'), { kind: 'hold', reason: 'relay-auth' }],
    [answered('auth', '550 no'), { kind: 'hold', rule: 'auth-refused', reason: 'relay-auth' }],
    [answered('auth', '454 4.7.0 Temporary authentication failure'), { kind: 'retry', rule: 'auth-not-now' }],
    [answered('auth', '454 4.7.0 Too many login attempts, please try again later'), { kind: 'retry' }],
    [answered('auth', '421 4.7.0 closing'), { kind: 'retry' }],
    [answered('auth', '451 Authentication failed: Maximum credits exceeded'), { kind: 'hold', reason: 'quota-spent' }],
    [silent('auth', 'protocol'), { kind: 'hold', reason: 'relay-auth' }],
    [silent('auth', 'reset'), { kind: 'retry' }],
    [silent('tls', 'tls'), { kind: 'hold', reason: 'relay-tls' }],
    [silent('tls', 'reset'), { kind: 'retry' }],
    [answered('tls', '454 4.7.0 TLS not available due to temporary reason'), { kind: 'retry', rule: 'tls-not-now' }],
    [answered('tls', '502 5.5.1 not implemented'), { kind: 'hold', rule: 'tls-refused', reason: 'relay-tls' }],
    [silent('connect', 'refused'), { kind: 'retry', rule: 'unreachable' }],
    [silent('connect', 'dns'), { kind: 'retry' }],
    [silent('connect', 'timeout'), { kind: 'retry' }],
    [silent('greeting', 'timeout'), { kind: 'retry' }],
    [silent('greeting', 'protocol'), { kind: 'retry' }],
    [silent('ehlo', 'reset'), { kind: 'retry' }],
    [answered('greeting', '421 4.7.0 too many connections'), { kind: 'throttled' }],
    [answered('greeting', '450 4.3.2 not now'), { kind: 'throttled', rule: 'greeting-not-now' }],
    [answered('greeting', '554 5.7.1 no'), { kind: 'hold', rule: 'greeting-refused', reason: 'relay-denied' }],
    [answered('greeting', '554 5.7.1 blocked using zen.spamhaus.org'), { kind: 'hold', reason: 'sender-blocked' }],
    [answered('ehlo', '550 5.7.1 no'), { kind: 'hold', reason: 'relay-denied' }],
    [answered('ehlo', '421 later'), { kind: 'throttled' }],
    [answered('greeting', '250 odd'), { kind: 'retry' }],
  ])('takes %j', (failure, verdict) => {
    expect(classifyConnectFailure(failure)).toMatchObject(verdict);
  });
});

describe('holdTexts', () => {
  it.each(holdReasons)('says for %s what happened, what to do, and how to go on', (reason) => {
    const { message, help } = holdTexts[reason];
    expect(message).toMatch(/\.$/);
    expect(help).toContain('`candor resume`');
    expect(help).toMatch(/[A-Z]+_[A-Z]+|--[a-z]+/);
  });
});
