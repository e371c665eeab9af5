// What a person is told when the program holds a campaign: what happened, and what to do before
// `candor resume`. Holding costs no recipient anything (promise 6).
import type { HoldReason } from './delivery-result.ts';

export interface HoldText {
  readonly message: string;
  /** What to do; names the setting and the command. */
  readonly help: string;
}

export const holdTexts: Readonly<Record<HoldReason, HoldText>> = {
  'relay-unreachable': {
    message: 'The relay cannot be reached.',
    help: 'Check that the relay runs and that host and port in SMTP_URL are right (`candor doctor` tries it), then `candor resume`.',
  },
  'relay-tls': {
    message: 'The connection to the relay cannot be secured.',
    help: 'The relay must offer TLS with a valid certificate for the host in SMTP_URL. Set SMTP_CA for a private authority, or SMTP_TLS if this relay is meant to be used without verified TLS, restart, then `candor resume`.',
  },
  'relay-auth': {
    message: 'The relay does not accept the login.',
    help: 'Correct user and password in SMTP_URL (special characters percent-encoded), restart, then `candor resume`. No further login was tried, so the account should not be locked.',
  },
  'relay-denied': {
    message: 'The relay does not relay for this machine or this login.',
    help: 'Ask the operator of the relay to allow it, or correct SMTP_URL, then `candor resume`. Where others get through, that tries those whom it concerns once more, and sets aside as refused whom the relay refuses again.',
  },
  'sender-refused': {
    message: 'The relay refuses the sender address.',
    help: 'Register the addresses in MAIL_FROM and MAIL_ENVELOPE_FROM with the relay, or set them to registered ones in a new campaign, then `candor resume`.',
  },
  'sender-unauthenticated': {
    message: 'Receivers refuse the sender: SPF, DKIM, DMARC or reverse DNS is not in order.',
    help: 'Run `candor doctor`, correct the DNS records of the domain in MAIL_FROM (or the signing at the relay), wait until they are visible, then `candor resume`.',
  },
  'sender-blocked': {
    message: 'The sending address, domain or account is blocked, or not activated yet.',
    help: 'Ask the operator of the relay (or the block list that the reply names) to lift the block or to activate the account, or use another relay in SMTP_URL with a new campaign, then `candor resume`.',
  },
  'quota-spent': {
    message: 'The sending quota or the credits of the relay account are spent.',
    help: 'Wait until the quota is renewed or have it raised (the plan, the credits), lower RATE_PER_SECOND if it is counted per hour, then `candor resume`.',
  },
  'letter-malformed': {
    message: 'The relay refuses the letter itself: its form or its size.',
    help: 'Read the reply in `candor status`, check with `candor preview KIT --to ADDRESS`, correct the kit or MAIL_FROM in a new campaign; if the relay was wrong, `candor resume`.',
  },
  'content-refused': {
    message: 'The relay refuses the content of the letter as spam or as dangerous.',
    help: 'Ask the operator of the relay to allow it, or correct the letter in a new campaign (`candor preview KIT --to ADDRESS` tries it), then `candor resume`.',
  },
  'too-many-refused': {
    message: 'Nearly everybody is refused for one and the same reason, which is hardly about each of them.',
    help: 'Read the reply and ask the operator of the relay what it means. The refused notices are pending again: `candor resume` tries them once more and then lets this reason pass; CANDOR_HOLD_REFUSED sets how many are too many.',
  },
  'letter-unrenderable': {
    message: 'A frozen letter cannot be rendered.',
    help: 'Nothing was sent that should not be. Start a new campaign with a corrected kit, with --except for this one; `candor resume` goes on once the cause (such as a wrong CANDOR_KEY) is gone.',
  },
  'signing-key-missing': {
    message: 'The letters are to be signed, and a worker does not have the key that the campaign was launched with.',
    help: 'Set DKIM_DOMAIN, DKIM_SELECTOR and DKIM_KEY as they were at the launch, for every process, restart, then `candor resume`. Nothing went out unsigned.',
  },
  canary: {
    message: 'The first notices have gone out, as asked with --first.',
    help: 'Look at them and at `candor status`. `candor resume` sends the rest at RATE_PER_SECOND, `candor cancel` ends the campaign.',
  },
  'account-broken': {
    message:
      'The account does not hold: notices are not the sum of their states, or a record is not as Candor wrote it.',
    help: 'Nothing more is sent. Run `candor doctor`, which recounts and compares in the ledger at DATABASE_URL and says what differs. A record that was changed outside of Candor needs a backup of before the change; when all agrees, `candor resume`.',
  },
  restored: {
    message: 'The ledger was restored from a backup.',
    help: 'Notices may have gone out after the backup was made, and they would go out again. Compare with the relay at SMTP_URL, then `candor resume` or `candor cancel`.',
  },
  'ledger-went-back': {
    message: 'The ledger went back: it is of an earlier moment than what it had answered.',
    help: 'A standby that was behind has taken over, or an older copy was put in place. Letters that left in the lost time are unknown to the ledger, and would go out again. Compare with the log of the relay at SMTP_URL, then `candor resume` or `candor cancel`.',
  },
  'restored-unauthenticated': {
    message:
      'The ledger was restored from a backup that no MAC vouches for, because somebody said `--unauthenticated`.',
    help: 'Whoever could write to that file could change addresses, states and letters. Compare with another record (`candor export` of then, the relay at SMTP_URL) and read the letters, then `candor resume` or `candor cancel`.',
  },
};

const asksForLogin =
  'The relay asks for a login. Put user and password into SMTP_URL (smtp[s]://user:password@host:port, special characters percent-encoded), restart, then `candor resume`. Where they stand there, ask the operator of the relay why it does not take letters of that login.';

/** Help that fits one cause of a hold better than what its reason says to all. */
const helpByRule: Readonly<Record<string, string>> = {
  'login-impossible':
    'The relay offers no login that Candor can use; nothing was sent to it, and no password is wrong. Use the port for submission (587, or 465 with smtps) in SMTP_URL, choose with SMTP_AUTH, ask its operator for PLAIN, LOGIN or CRAM-MD5, or leave the login out of SMTP_URL where the relay needs none; restart, then `candor resume`.',
  'login-needed-text': asksForLogin,
  'login-needed-code': asksForLogin,
  'sender-put-off':
    'The relay, or the receivers behind it, cannot make sure of the sender address and say “later” each time. See that the domain in MAIL_FROM and MAIL_ENVELOPE_FROM has an MX or an address record and takes mail to that address, then `candor resume`.',
  'greeting-refused':
    'The relay takes no connection from this machine. Ask its operator to allow the address, or correct SMTP_URL, then `candor resume`.',
  'ehlo-refused':
    'The relay does not take the name that it was greeted with. Set SMTP_NAME to the full host name of this machine, restart, then `candor resume`.',
};

/** What a person is told about a hold: by its reason, and by the rule that decided, where one is known. */
export function holdText(reason: HoldReason, rule: string | null): HoldText {
  const text = holdTexts[reason];
  return { message: text.message, help: (rule === null ? undefined : helpByRule[rule]) ?? text.help };
}
