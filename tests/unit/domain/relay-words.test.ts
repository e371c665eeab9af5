// Whose trouble a reply is about, in the words of many providers and servers: ours (the campaign is held, nobody is
// charged), or the recipient's (everybody else goes on).
import { describe, expect, it } from 'vitest';
import { classify } from '../../../src/domain/classify.ts';
import type { HoldReason, LetterStage, Verdict } from '../../../src/domain/delivery-result.ts';
import { partWords } from '../../../src/domain/quoted-words.ts';
import { parseReply } from '../../../src/domain/reply.ts';

const calm = { temporaryShare: { isThrottling: () => false } };

function verdictOn(stage: LetterStage, text: string): Verdict {
  const reply = parseReply(text);
  if (reply === null) throw new Error(`no reply: ${text}`);
  return classify({ kind: 'replied', stage, reply }, calm);
}

const oursAtAnyStage: readonly (readonly [HoldReason, string])[] = [
  ['sender-refused', '550 5.7.1 Unconfigured Sending Domain <example.com>'],
  ['sender-refused', '554 Message rejected: Email address is not verified. The following identities failed the check'],
  ['sender-refused', '550 The example.com domain is not verified. Please, add and verify your domain'],
  ['sender-refused', '550 5.7.1 #MS42207 The from.email domain must be verified in your account to send emails'],
  ['sender-refused', '550 5.7.1 Sender email address not validated'],
  ['sender-refused', "550 The 'From' address you supplied is not a Sender Signature on your account"],
  ['sender-refused', '550 The from address does not match a verified Sender Identity. Mail cannot be sent'],
  ['sender-refused', '550 authenticated user is not authorized to send mail'],
  ['sender-unauthenticated', '550 Unauthenticated senders not allowed'],
  ['sender-refused', '554 5.2.252 SendAsDenied; notices@example.com not allowed to send as other@example.com'],
  ['sender-refused', '553 5.7.1 Sender address rejected: not owned by auth user.'],
  ['sender-refused', '553 5.7.1 <a@example.com>: Sender address rejected: not owned by user relay'],
  ['sender-refused', '501 mail from address must be same as authorization user'],
  ['sender-refused', '553 Mail from must equal authorized user'],
  ['sender-refused', '550 5.7.0 From address is not one of your addresses'],
  ['sender-refused', '551 5.7.1 Not authorised to send from this header address'],
  ['sender-refused', '550 not local sender over smtp'],
  ['sender-refused', '550-Verification failed for <notices@example.com>\n550 Sender verify failed'],
  ['sender-refused', '550 5.7.1 From header sender domain not verified (example.com)'],
  ['sender-refused', '554 5.7.1 envelope sender domain is not registered with us'],
  ['sender-refused', '550 5.7.1 You do not have permission to send from this address'],
  ['sender-refused', '550 5.7.1 unverified sender identity'],
  ['relay-denied', '550 5.7.1 relaying denied'],
  ['relay-denied', '553 Relaying disallowed as notices@example.com'],
  ['relay-denied', '550 5.7.1 <jane@example.net>... Relaying denied. IP name lookup failed'],
  ['relay-denied', '550 relay not permitted'],
  ['relay-denied', '550 5.7.0 Mail relay denied [192.0.2.1]'],
  ['relay-denied', '551 This is not a relay host'],
  ['relay-denied', '550 We do not relay'],
  ['relay-denied', '553 5.3.0 Open relay not allowed'],
  ['relay-denied', '550 5.7.1 Relaying to <jane@example.net> prohibited by administrator'],
  ['relay-denied', '454 4.7.1 <jane@example.net>: Relay access denied'],
  ['relay-denied', '550 5.7.1 Relaying mail to jane@example.net is not allowed'],
  ['quota-spent', '550 5.7.1 Sending limit exceeded'],
  ['quota-spent', "451 You've exceeded your messaging limits"],
  ['quota-spent', '550 Maximum credits exceeded'],
  ['quota-spent', '450 4.7.1 #MS42222 You have reached your monthly plan limit'],
  ['quota-spent', '550 Not enough credit'],
  ['quota-spent', '550 5.7.1 Plan limit reached'],
  ['quota-spent', '550 5.7.705 Access denied, tenant has exceeded threshold'],
  ['quota-spent', '550 5.7.232 Your message cannot be sent because your tenant has exceeded its external limit'],
  ['quota-spent', '552 5.4.5 Daily recipient limit reached'],
  ['quota-spent', '554 no credits left on this account'],
  ['quota-spent', '550 Message quota: your account is out of credits'],
  ['sender-blocked', '502 5.7.0 Your SMTP account is not yet activated. Please contact us'],
  ['sender-refused', '550 Domain mg.example.com is not allowed to send: Please activate your account'],
  ['sender-blocked', '550 While your account is pending approval, all recipient addresses must share the From domain'],
  ['sender-blocked', '554 5.7.1 Your account has been frozen'],
  ['sender-blocked', '550 5.7.1 account is under review'],
  ['sender-blocked', '550 Outgoing mail from "example" has been suspended'],
  ['sender-blocked', '554 5.1.8 Email Outgoing Blocked'],
  ['sender-blocked', '550 5.1.8 Access denied, bad outbound sender AS(42004)'],
  ['sender-blocked', '550 5.7.501 Access denied, spam abuse detected'],
  ['sender-blocked', '550 5.7.502 Access denied, banned sender'],
  ['sender-blocked', '550 5.7.1 Your domain has been disabled'],
  ['sender-blocked', '554 5.7.1 Your subscription has expired'],
  ['sender-blocked', "451 Authentication failed: your account isn't active"],
  ['sender-blocked', '550 You can only send testing emails to your own email address'],
  ['sender-blocked', '451 4.7.1 Sandbox subdomains are for test purposes only. Please add your own domain'],
  ['sender-blocked', '550 5.7.1 The sending account is temporarily blocked'],
  ['content-refused', '550 5.7.1 Message rejected as spam by our outbound filter'],
  ['content-refused', '554 5.7.1 outbound spam detected'],
  ['content-refused', '550 High probability of spam: outgoing message blocked'],
  ['content-refused', '554 5.7.1 [2] Message rejected under suspicion of SPAM'],
];

const theirs: readonly (readonly [LetterStage, string, Verdict['kind']])[] = [
  ['rcpt', '550 5.7.1 sender domain example.com blocked by recipient policy', 'refused'],
  ['rcpt', '550 5.7.1 Message from notices@example.com rejected by user policy', 'refused'],
  ['rcpt', '550 5.7.1 Sender notices@example.com refused by recipient', 'refused'],
  ['rcpt', "554 5.7.1 The sender is not in the recipient's list of allowed senders", 'refused'],
  ['rcpt', '550 5.7.1 You are not allowed to send mail to this recipient', 'refused'],
  ['rcpt', '550 5.7.1 You are not allowed to send to <jane@example.net>', 'refused'],
  ['rcpt', '550 5.7.1 You were blocked from sending to this recipient', 'refused'],
  ['rcpt', '550 5.7.1 Not delivering to previously bounced address', 'refused'],
  ['after-body', '550 5.7.1 recipient is on the suppression list', 'refused'],
  ['rcpt', '550 5.2.1 The user account is suspended', 'refused'],
  ['rcpt', '550 5.2.1 The email account that you tried to reach is disabled', 'refused'],
  ['rcpt', '550 5.2.1 mailbox account not activated', 'refused'],
  ['rcpt', '550 5.1.1 User account is locked', 'refused'],
  ['rcpt', '550 Recipient domain is not configured here', 'refused'],
  ['rcpt', '552 5.2.2 The user has exceeded the quota of this mailbox', 'deferred'],
  ['rcpt', '550 5.7.1 <jane@example.net>: Recipient address rejected: Access denied', 'refused'],
  ['rcpt', '450 4.7.1 Your domain is not allowed to send to this mailbox at this hour', 'deferred'],
];

const quoted: readonly (readonly [string, Verdict['kind']])[] = [
  [
    '450 4.1.1 <jane@example.net>: Recipient address rejected: unverified address: host mx.example.net[192.0.2.9] said: 550 relay not permitted (in reply to RCPT TO command)',
    'deferred',
  ],
  [
    '550 5.1.1 <jane@example.net>: Recipient address rejected: undeliverable address: host mx.example.net[192.0.2.9] said: 554 5.7.1 Relay access denied (in reply to RCPT TO command)',
    'refused',
  ],
  [
    '450 4.4.0 host mx.example.net[192.0.2.9] refused to talk to me: 554 Client host rejected: Access denied',
    'deferred',
  ],
  ['550 5.7.1 mx.example.net said: "550 5.7.26 neither SPF nor DKIM passed"', 'refused'],
  ['550 5.7.26 host mx.example.net said: 550 5.7.26 This mail is unauthenticated', 'refused'],
  ['550 SMTP error from remote mail server after RCPT TO:<jane@example.net>: 550 relaying denied', 'refused'],
  ['550-Callout verification failed:\n550 550 relay not permitted', 'refused'],
  [
    '550-Verification failed\n550-Called:   192.0.2.9\n550-Sent:     RCPT TO:<x>\n550 Response: 550 relay not permitted',
    'refused',
  ],
  ['554 5.0.0 Remote host said: 550 Your account is suspended', 'refused'],
  ["550 5.7.367 Remote server returned not permitted to relay -> 550 5.7.367 '550 relay not permitted'", 'refused'],
  ['550 The error that the other server returned was: 550 5.7.1 blocked using zen.spamhaus.org', 'refused'],
  ['451 4.3.0 Error from the destination server: 421 too many connections, slow down', 'deferred'],
  ['450 4.1.1 Address verification failed: 550 5.7.1 quota for sending exceeded', 'deferred'],
  ['450 4.2.0 lmtp; 550 relaying denied', 'deferred'],
  ['451 4.4.1 mx1.example.net [192.0.2.9] responded: 554 5.7.1 Sender address rejected', 'deferred'],
  ['550 5.1.1 (mx.example.net answered "550 5.7.1 Your domain is blocked")', 'refused'],
];

describe('what a relay has against us', () => {
  it.each(oursAtAnyStage)('is %s at every stage: %s', (reason, text) => {
    for (const stage of ['mail', 'rcpt', 'data', 'after-body'] as const)
      expect(verdictOn(stage, text), stage).toMatchObject({ kind: 'hold' });
    expect(['rcpt', 'after-body'].map((stage) => verdictOn(stage as LetterStage, text))).toMatchObject(
      ['rcpt', 'after-body'].map(() => ({ kind: 'hold' })),
    );
    expect((verdictOn('rcpt', text) as { reason?: string }).reason).toBe(reason);
  });
});

describe('what is the recipient’s', () => {
  it.each(theirs)('at %s holds nobody: %s', (stage, text, kind) => {
    expect(verdictOn(stage, text)).toMatchObject({ kind });
  });
});

describe('what a relay quotes from another server', () => {
  it.each(quoted)('holds nobody and slows nobody: %s', (text, kind) => {
    for (const stage of ['rcpt', 'data', 'after-body'] as const)
      expect(verdictOn(stage, text), stage).toMatchObject({ kind });
  });

  it('still tells about the recipient', () => {
    expect(verdictOn('rcpt', '550 5.1.0 host mx.example.net said: 550 5.1.1 User unknown')).toMatchObject({
      reason: 'unknown-mailbox',
    });
    expect(verdictOn('rcpt', '450 4.1.0 host mx.example.net said: 452 4.2.2 mailbox full')).toMatchObject({
      rule: 'mailbox-full-text',
    });
  });

  it.each([
    ['550 5.7.1 Sender verify failed', 'Sender verify failed'],
    ['550 mx.example.net said: "550 no"; your account is suspended', '; your account is suspended'],
    ['550 Daily limit exceeded: 500 messages per day', 'Daily limit exceeded: 500 messages per day'],
    ['421 4.7.0 relay.example Error: too many connections', 'relay.example Error: too many connections'],
    ['550-Response: 550 no\n550 Sender verify failed', 'Response:'],
    ['550-no\n550-Response: 550 relay denied\n550 Sender verify failed', 'no Sender verify failed'],
  ])('leaves of %j the relay’s own words', (text, words) => {
    expect(partWords(parseReply(text)!).own).toBe(words);
  });
});
