// What a reply of Redis means that says no: that a person has to change something there, or that it is away for now.
// Anything else is a bug and must stay visible as what it is. Of a reply only its first word is ever told: the rest
// may quote values. Pure.
import { CandorError } from '../domain/errors.ts';
import { tooManyOpenFiles } from '../domain/open-files.ts';

/** The first word of Redis' error, or a part of its sentence, and what it means: it answers, and says no. */
const refusals: readonly (readonly [RegExp, string])[] = [
  [/^NOAUTH/, 'it asks for a password, and REDIS_URL has none'],
  [/^WRONGPASS|invalid (?:username-)?password/, 'the user or its password is wrong'],
  // Without the word when a script did what its user may not.
  [/^NOPERM|can't run this command or subcommand/, 'the user may not do there what a queue has to'],
  // Two are what it says at the moment when it becomes one, and when it has lost its primary.
  [/^(?:READONLY|UNBLOCKED|MASTERDOWN)/, 'it is a replica, which takes no changes'],
  [
    /^(?:MOVED|ASK|CROSSSLOT|TRYAGAIN|CLUSTERDOWN)\b/,
    'it is a cluster, whose nodes share the keys; the queue needs a single one',
  ],
  [/^(?:MISCONF|OOM)/, 'it takes no changes now: its disk or its memory is full'],
  [/^NOREPLICAS/, 'it takes no changes now: too few replicas follow it'],
  [/DB index/, 'it has no database of the number in REDIS_URL'],
];

/** The driver's and the system's words for a connection that did not come about, and Redis' for a moment's patience. */
const failures: readonly (readonly [RegExp, string])[] = [
  [/\bEMFILE\b/, tooManyOpenFiles.EMFILE],
  [/\bENFILE\b/, tooManyOpenFiles.ENFILE],
  [/ECONNREFUSED/, 'nobody listens there'],
  [/ENOTFOUND|EAI_AGAIN/, 'the name of its host is not known here'],
  [/ETIMEDOUT/, 'no answer came in time'],
  [/CERT|SELF_SIGNED|UNABLE_TO_VERIFY/, 'its certificate is not trusted here'],
  [/wrong version number|ERR_SSL|EPROTO/, 'it does not speak TLS, which rediss:// asks for'],
  [/^LOADING/, 'it is reading its data'],
  [/^BUSY /, 'it is busy with a script'],
];

/** What is left of a transaction's reply when a command within it was refused: the replies that say why. */
type Reply = Error & { readonly previousErrors?: readonly unknown[] };

/** The code word with which a reply of Redis begins (`OOM`, `READONLY`, `ERR`); null for an error that is none, or has none. */
export function replyWord(error: unknown): string | null {
  return isReply(error) ? (/^[A-Z]+(?=\s|$)/.exec(tellingOf(error).message)?.[0] ?? null) : null;
}

/** Answers `redis-refused` or `redis-unreachable` for a reply of Redis that means it; null for any other error. */
export function fromReply(error: unknown): CandorError | null {
  return isReply(error) ? (refusalIn([tellingOf(error)], error) ?? failureIn([tellingOf(error)], error)) : null;
}

/** What errors of a connection, the first to the last, mean together: `redis-refused` when one of them says no, else `redis-unreachable`. */
export function fromErrors(errors: readonly unknown[]): CandorError {
  return (
    refusalIn(errors, errors[0]) ??
    failureIn(errors, errors[0]) ??
    new CandorError('redis-unreachable', { why: 'the connection broke' }, { cause: errors[0] })
  );
}

/** `redis-refused` when one of the errors says no. */
export function refusalIn(errors: readonly unknown[], cause: unknown): CandorError | null {
  const why = meaning(refusals, errors);
  return why === null ? null : new CandorError('redis-refused', { why }, { cause });
}

function failureIn(errors: readonly unknown[], cause: unknown): CandorError | null {
  const why = meaning(failures, errors);
  return why === null ? null : new CandorError('redis-unreachable', { why }, { cause });
}

function meaning(table: typeof refusals, errors: readonly unknown[]): string | null {
  const texts = errors.flatMap((error) =>
    error instanceof Error ? [error.message, 'code' in error ? String(error.code) : ''] : [],
  );
  return table.find(([pattern]) => texts.some((text) => pattern.test(text)))?.[1] ?? null;
}

/** The drivers' name for an error that the server has sent. */
function isReply(error: unknown): error is Reply {
  return error instanceof Error && error.name === 'ReplyError';
}

function tellingOf(reply: Reply): Error {
  const first = reply.message.startsWith('EXECABORT') ? reply.previousErrors?.[0] : undefined;
  return isReply(first) ? first : reply;
}
