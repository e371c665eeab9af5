// A raw message → what came back: its kind, whom it names, which letter it returns. Pure but for the MIME parser.
//
// The order of judgement: what a machine wrote for machines first (feedback and delivery reports), then replies that a
// program writes in a reader's name, then prose. Doubt never makes a bounce: a message that is not understood is
// `not-a-bounce` and stays for a person to read.
import { addressesIn, fieldAddress, isAddress } from './addresses.ts';
import { readDeliveryStatus } from './delivery-status.ts';
import { readFeedback } from './feedback-report.ts';
import { valueOf, type Field } from './fields.ts';
import { messageIdOf, originalFields, returnedMessageId } from './original.ts';
import {
  autoReplySubject,
  autoReplyText,
  challengeHeaders,
  challengePhrases,
  daemonName,
  daemonSender,
  delayPhrases,
  failurePhrases,
  givenUpPhrases,
  reportSubject,
} from './phrases.ts';
import { namedRecipients, withoutQuotes, wordsOf, type NamedRecipient } from './prose.ts';
import { readMessage, type Message } from './read-message.ts';
import type { ReadReturn, ReturnedRecipient, ReturnKind } from '../domain/returned.ts';
import { reasonOf } from './return-reasons.ts';
import { readNotification } from './provider-notification.ts';
import { statusOf } from './status-codes.ts';

/** Reads one message that came back. Never throws for what it holds. */
export async function readReturn(raw: Uint8Array): Promise<ReadReturn> {
  const message = await readMessage(raw);
  const original = originalFields(message);
  const judged = judge(message, original);
  const isReply = judged.kind === 'auto-reply' || judged.kind === 'challenge' || judged.kind === 'not-a-bounce';
  return {
    ...judged,
    referencesOriginal: isReply
      ? (answeredMessageId(message) ?? returnedMessageId(message, original))
      : (returnedMessageId(message, original) ?? answeredMessageId(message)),
    notice: valueOf(original, 'x-candor-notice'),
  };
}

type Judged = Pick<ReadReturn, 'kind' | 'recipients'>;
const nobody = (kind: ReturnKind): Judged => ({ kind, recipients: [] });

function judge(message: Message, original: readonly Field[]): Judged {
  const feedback = readFeedback(message);
  if (feedback !== null) return feedback;
  // What a person quotes of a report is no report.
  const words = isFromDaemon(message) || hasEmptyPath(message) ? wordsOf(message) : withoutQuotes(wordsOf(message));
  const statuses = readDeliveryStatus(message);
  if (isChallenge(message, words, statuses.length > 0)) return nobody('challenge');
  if (statuses.length > 0) {
    const order = ['failed', 'delayed', 'expanded', 'relayed', 'delivered'] as const;
    const action = order.find((each) => statuses.some((status) => status.action === each)) ?? 'failed';
    const kinds = {
      failed: 'bounce',
      delayed: 'delay',
      expanded: 'expanded',
      relayed: 'relayed',
      delivered: 'delivered',
    } as const;
    return { kind: kinds[action], recipients: statuses.map(({ recipient }) => recipient) };
  }
  const notification = readNotification(message.wholeText);
  if (notification !== null) return notification;
  if (isReceipt(message, words) || isMachineReport(message)) return nobody('other');
  if (isAutoReply(message, words)) return nobody('auto-reply');
  return judgeProse(message, words, original);
}

function judgeProse(message: Message, words: string, original: readonly Field[]): Judged {
  const subject = message.header('subject');
  const failed = failurePhrases.some((phrase) => phrase.test(words));
  const fromDaemon = isFromDaemon(message);
  const evidence =
    (failed ? 2 : 0) +
    (fromDaemon ? 1 : 0) +
    (reportSubject.test(subject) ? 1 : 0) +
    (hasEmptyPath(message) ? 1 : 0) +
    (message.header('x-failed-recipients') === '' ? 0 : 2);
  const delayed = isDelay(words, subject);
  if (evidence < (delayed ? 2 : 3)) return nobody('not-a-bounce');
  const named = recipientsOf(message, words, original);
  return {
    kind: delayed ? 'delay' : 'bounce',
    recipients: named.map(({ address, words: own }): ReturnedRecipient => {
      const status = statusOf(own);
      return { address, final: !delayed, status, reason: reasonOf(own, status) };
    }),
  };
}

function isDelay(words: string, subject: string): boolean {
  if (givenUpPhrases.some((phrase) => phrase.test(words))) return false;
  return (
    delayPhrases.some((phrase) => phrase.test(words)) ||
    /\bdelay(ed)?\b|^warning\b.*(not yet|could not send)|not yet been delivered/i.test(subject)
  );
}

const has = (addresses: readonly string[], address: string): boolean =>
  addresses.some((each) => each.toLowerCase() === address.toLowerCase());

/** A sender who wrote to itself, a service that names local parts, and the only reader of the letter that came back. */
function otherwiseNamed(message: Message, words: string, original: readonly Field[]): NamedRecipient[] {
  const local = localNames(message, words);
  if (local.length > 0) return local;
  const self = namedRecipients(words, new Set(), { certainOnly: true });
  if (self.length > 0) return self;
  const readers = addressesIn(valueOf(original, 'to') ?? '');
  return readers.length === 1 ? [{ address: readers[0]!, words }] : [];
}

function recipientsOf(message: Message, words: string, original: readonly Field[]): NamedRecipient[] {
  const aside = new Set(
    ['to', 'from', 'reply-to', 'delivered-to']
      .flatMap((name) => addressesIn(message.header(name)))
      .map((each) => each.toLowerCase()),
  );
  const declared = message
    .header('x-failed-recipients')
    .split(',')
    .map((each) => each.trim())
    .filter(isAddress);
  const named = namedRecipients(words, aside);
  if (declared.length === 0) return named.length > 0 ? named : otherwiseNamed(message, words, original);
  // A server that lists others than its header declares wrote the list for the reader.
  if (named.length === declared.length && !named.some(({ address }) => has(declared, address))) return named;
  return declared.map((address) => ({
    address,
    words: named.find((each) => has([each.address], address))?.words ?? words.slice(0, 3_000),
  }));
}

/** Some services name only the part before the @ of an address of their own domain. */
function localNames(message: Message, words: string): NamedRecipient[] {
  const domain = /@([\w.-]+)/.exec(fieldAddress(message.header('from')) ?? '')?.[1];
  if (domain === undefined) return [];
  const alone = [...words.matchAll(/:[ \t]*\n+[ \t]+<?([\w.+-]{2,64})>?[ \t]*$/gm)].map((match) => match[1]!);
  return alone.length === 1 && !/^[\d.]+$/.test(alone[0]!) ? [{ address: `${alone[0]}@${domain}`, words }] : [];
}

function isFromDaemon(message: Message): boolean {
  const from = message.header('from');
  const local = /([^\s<>"@]{1,64})@/.exec(from)?.[1] ?? from.replaceAll(/[<>"\s]/g, '');
  return daemonSender.test(local) || daemonName.test(from) || from.trim() === '' || from.trim() === '<>';
}

function hasEmptyPath(message: Message): boolean {
  const path = message.header('return-path').trim();
  return path === '<>' || /^<?(mailer-daemon|postmaster)/i.test(path);
}

function isAutoReply(message: Message, words: string): boolean {
  const subject = message.header('subject').replace(/^(?:re|aw|antw|sv|rif|res)[ \t]*:[ \t]*/i, '');
  const submitted = message.header('auto-submitted').toLowerCase();
  const failed = failurePhrases.some((phrase) => phrase.test(words));
  const fromDaemon = isFromDaemon(message);
  if (message.header('x-failed-recipients') !== '') return false;
  const reports = failed && !autoReplyText.test(words.slice(0, 160)) && (fromDaemon || reportSubject.test(subject));
  if (autoReplySubject.test(subject) && !reports) return true;
  if (/\((?:automatic response|out of office|auto(?:matic)?[ -]?reply)\)\s*$/i.test(subject)) return true;
  const marked =
    submitted.startsWith('auto-replied') ||
    /auto.?reply/i.test(message.header('precedence')) ||
    ['x-autoreply', 'x-autorespond', 'x-autoresponse', 'x-ms-exchange-inbox-rules-loop', 'x-list-administrivia'].some(
      (name) => message.header(name) !== '',
    ) ||
    /reply|vacation/i.test(message.header('x-autogenerated')) ||
    (submitted.startsWith('auto-generated') && message.header('x-auto-response-suppress') !== '');
  if (marked && !fromDaemon) return !reports && !(failed && hasEmptyPath(message) && !autoReplyText.test(words));
  if (marked && fromDaemon) return !failed && autoReplyText.test(words);
  const bulk = /bulk|junk|auto/i.test(message.header('precedence')) || submitted !== '' || hasEmptyPath(message);
  return !fromDaemon && bulk && !failed && autoReplyText.test(words);
}

function isChallenge(message: Message, words: string, isReport: boolean): boolean {
  if (challengeHeaders.some((name) => message.header(name) !== '')) return true;
  if (!challengePhrases.test(words.slice(0, 6_000))) return false;
  if (isReport) return /boxbe|waiting list|just this once/i.test(words);
  const automatic =
    hasEmptyPath(message) ||
    message.header('auto-submitted') !== '' ||
    /bulk|junk|auto/i.test(message.header('precedence'));
  return automatic && !/moderator/i.test(words);
}

/** Read receipts (RFC 8098). A filter that rejects with one has refused the letter: its words decide. */
function isReceipt(message: Message, words: string): boolean {
  const part = message.parts.find((each) => /^message\/(global-)?disposition-notification$/.test(each.type));
  if (part === undefined) return false;
  return !(
    /disposition:.*(deleted|denied|failed|dispatched)/i.test(part.text) &&
    failurePhrases.some((phrase) => phrase.test(words))
  );
}

/** Reports about a domain and not about a letter: DMARC (RFC 7489), TLS (RFC 8460). */
function isMachineReport(message: Message): boolean {
  const type = message.header('content-type');
  return (
    /^report[ -]domain:/i.test(message.header('subject')) ||
    /report-type="?(tlsrpt|dmarc)/i.test(type) ||
    message.header('tls-report-domain') !== '' ||
    message.parts.some((part) => /tlsrpt/.test(part.type))
  );
}

/** The letter that a reply answers. */
function answeredMessageId(message: Message): string | null {
  return (
    messageIdOf(message.header('in-reply-to') || null) ??
    messageIdOf(message.header('x-ms-exchange-parent-message-id') || null) ??
    messageIdOf(
      message
        .header('references')
        .split(/\s+/)
        .findLast((each) => each !== '') ?? null,
    )
  );
}
