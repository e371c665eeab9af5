// What large providers answer, for the scripted relay: their codes, with their meaning in short words of ours
// and those marks that they are known by. As seen in their published tables and in bounces up to 2026.

/** Google, for Gmail and Workspace. */
export const gmail = {
  noSuchUser:
    '550-5.1.1 The account that you tried to reach does not exist. Please check the\n550 5.1.1 address for typos. NoSuchUser - gsmtp',
  disabled: '550 5.2.1 The account that you tried to reach is disabled. - gsmtp',
  overQuota: '452 4.2.2 The account that you tried to reach is over quota. OverQuotaTemp - gsmtp',
  overQuotaForGood: "552 5.2.2 The recipient's inbox is out of storage space. OverQuotaPerm - gsmtp",
  receivingTooFast: '450 4.2.1 The user is receiving mail at a rate that prevents more from being delivered. - gsmtp',
  unusualRate: '421 4.7.28 Unusual rate of mail from your IP address; temporarily rate limited. - gsmtp',
  tryLater: '421 4.3.0 Temporary System Problem, try again later. - gsmtp',
  tooManyLogins: '454 4.7.0 Too many login attempts, please try again later. - gsmtp',
  badCredentials:
    '535-5.7.8 Username and Password not accepted. For more, see\n535 5.7.8 the help page BadCredentials - gsmtp',
  appPassword: '534 5.7.9 Application-specific password required. InvalidSecondFactor - gsmtp',
  dailyLimit: '550 5.4.5 Daily user sending limit exceeded. - gsmtp',
  peakLimit: '450 4.2.1 Peak SMTP relay limit exceeded for customer. - gsmtp',
  relayDenied: '550 5.7.1 Invalid credentials for relay [192.0.2.1]. - gsmtp',
  unauthenticated: '550-5.7.26 The sender is unauthenticated: neither SPF nor DKIM passed.\n550 5.7.26 - gsmtp',
  notCompliant: '550 5.7.1 Not RFC 5322 compliant: no From header. - gsmtp',
  securityIssue: '552 5.7.0 Blocked because its content presents a potential security issue. - gsmtp',
  tooBig: '552 5.2.3 Your message exceeded the size limits. - gsmtp',
} as const;

/** Microsoft, for Outlook.com and Microsoft 365. */
export const microsoft = {
  noSuchUser: '550 5.1.10 RESOLVER.ADR.RecipientNotFound; not found by SMTP address lookup',
  accessDenied: '550 5.4.1 Recipient address rejected: Access denied. [AM0.eurprd.prod.outlook.com]',
  restricted: '550 5.7.129 RESOLVER.RST.RestrictedToRecipientsPermission; not allowed to write to this recipient',
  mailboxBusy: '450 5.2.121 Too much for this mailbox in the last hour',
  serverBusy: '451 4.7.500 Server busy. Please try again later AS(77712)',
  ipThrottled: '451 4.7.650 Rate limited due to IP reputation of 192.0.2.1',
  tooManyConnections: '421 4.3.2 The maximum number of concurrent connections has exceeded a limit',
  storage: '452 4.3.1 Insufficient system resources',
  loginFailed: '535 5.7.3 Authentication unsuccessful',
  sendAs: '550 5.7.60 SMTP; Client does not have permissions to send as this sender',
  banned: '550 5.7.606 Access denied, banned sending IP [192.0.2.1]',
  notAuthenticated: '550 5.7.515 Access denied, sending domain does not meet the required authentication level',
  tenantQuota: '550 5.7.705 Access denied, tenant has exceeded threshold',
} as const;

/** Yahoo and AOL. */
export const yahoo = {
  noSuchUser: "554 delivery error: dd This user doesn't have an example.com account [-5]",
  notFound: '552 1 Requested mail action aborted, mailbox not found',
  deferred:
    '421 4.7.0 [TSS04] Messages from 192.0.2.1 temporarily deferred due to unexpected volume or user complaints',
  resources: '451 4.3.2 Resources temporarily unavailable. Please try later',
  refusedForGood:
    '553 5.7.2 [TSS09] All messages from 192.0.2.1 will be permanently deferred; retrying will NOT succeed',
  policy: '554 5.7.9 Message not accepted for policy reasons',
} as const;

/** What Postfix and common filters say. */
export const postfix = {
  greylisted: '450 4.2.0 <{to}>: Recipient address rejected: Greylisted',
  serverError: '451 4.3.0 <{to}>: Temporary lookup failure',
  relayDenied: '554 5.7.1 <{to}>: Relay access denied',
  blockList: '554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org',
  transactionFailed: '554 5.0.0 Transaction failed',
  mailboxUnavailable: '550 Requested action not taken: mailbox unavailable',
  noTls: '454 4.7.0 TLS not available due to local problem',
} as const;
