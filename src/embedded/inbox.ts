// The built-in inbox: an SMTP server on loopback that takes any letter and passes it to the store. A
// 250 means that the store has it. No sign-in and no TLS: nothing that it is told leaves the machine.
import { SMTPServer, type SMTPServerDataStream } from 'smtp-server';
import { CandorError } from '../domain/errors.ts';
import type { Logger } from '../runtime/logger.ts';

export interface ReceivedLetter {
  readonly receivedAt: Date;
  /** Value of X-Candor-Notice; null when the letter has none. */
  readonly noticeToken: string | null;
  /** As it came over the wire, dots unstuffed, lines ended by CRLF. */
  readonly raw: Buffer;
}

export interface LetterStore {
  /** Resolves once the letter is safe. A rejection is answered with a temporary refusal. */
  put(letter: ReceivedLetter): Promise<void>;
}

export interface InboxOptions {
  /** 0 or nothing: any free one. */
  readonly port?: number | undefined;
  readonly store: LetterStore;
  readonly logger: Logger;
  /** Loopback addresses, the first that this machine has; for a test. */
  readonly addresses?: readonly string[];
  /** Wall time of receipt. */
  readonly now?: () => Date;
}

export interface Inbox {
  /** 127.0.0.1, or ::1 on a machine without it. */
  readonly host: string;
  readonly port: number;
  /** Takes no more connections, ends those that are open and resolves. */
  close(): Promise<void>;
}

/** A letter may have so many bytes; a notice has about 20 KB. */
export const largestLetterBytes = 1_000_000;
const idleConnectionMs = 10 * 60_000;

/** Some containers and hosts have only one of them. */
const loopback = ['127.0.0.1', '::1'] as const;

/**
 * Starts the inbox on loopback.
 * @throws CandorError `inbox-port-taken`, `inbox-port-unusable`
 */
export async function startInbox(options: InboxOptions): Promise<Inbox> {
  const { store, logger, now = () => new Date() } = options;
  const server = new SMTPServer({
    name: 'localhost',
    banner: 'Candor inbox',
    disabledCommands: ['AUTH', 'STARTTLS'],
    size: largestLetterBytes,
    hideSMTPUTF8: false,
    hide8BITMIME: false,
    hidePIPELINING: false,
    hideENHANCEDSTATUSCODES: false,
    disableReverseLookup: true,
    socketTimeout: idleConnectionMs,
    closeTimeout: 1,
    logger: false,
    onData: (stream, _session, done) => {
      void take(stream, store, now).then(
        () => done(),
        (error: unknown) => {
          if (!(error instanceof SmtpRefusal)) logger.error({ err: error }, 'the inbox could not store a letter');
          done(error instanceof SmtpRefusal ? error : new SmtpRefusal(451, '4.3.0 The inbox cannot store letters now'));
        },
      );
    },
  });
  const { host, port } = await listen(server, options.port ?? 0, options.addresses ?? loopback);
  // After this, what goes wrong on a connection ends that connection; the client sees it.
  server.on('error', (error) => logger.debug({ err: error }, 'a connection to the inbox ended badly'));
  return { host, port, close: () => new Promise((resolve) => server.close(() => resolve())) };
}

/** The form in which smtp-server takes a reply other than 250. */
class SmtpRefusal extends Error {
  readonly responseCode: number;

  constructor(responseCode: number, text: string) {
    super(text);
    this.responseCode = responseCode;
  }
}

async function take(stream: SMTPServerDataStream, store: LetterStore, now: () => Date): Promise<void> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  await new Promise<void>((resolve, reject) => {
    stream.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      // What is over the limit is read to the end, so that the refusal can be answered, and not kept.
      if (bytes <= largestLetterBytes) chunks.push(chunk);
      else chunks.length = 0;
    });
    stream.once('end', resolve);
    stream.once('error', reject);
  });
  if (stream.sizeExceeded || bytes > largestLetterBytes)
    throw new SmtpRefusal(552, `5.3.4 A letter may have ${largestLetterBytes} bytes`);
  const raw = chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks, bytes);
  await store.put({ receivedAt: now(), noticeToken: noticeTokenOf(raw), raw });
}

/** Value of the X-Candor-Notice field in the header of the letter, at most 100 characters of it; null when there is none. */
export function noticeTokenOf(raw: Buffer): string | null {
  const end = raw.indexOf('\r\n\r\n');
  const header = `\n${raw.toString('latin1', 0, end < 0 ? Math.min(raw.length, 16_384) : end)}`;
  return /\nx-candor-notice:[ \t]*([\w.~-]{1,100})[ \t]*(?:\r|$)/i.exec(header)?.[1] ?? null;
}

/** Listens on the first address that the machine has. */
async function listen(
  server: SMTPServer,
  port: number,
  addresses: readonly string[],
): Promise<{ host: string; port: number }> {
  const [host = '', ...others] = addresses;
  try {
    return { host, port: await listenOn(server, port, host) };
  } catch (cause) {
    if (isNoAddress(codeOf(cause)) && others.length > 0) return listen(server, port, others);
    throw asPortProblem(cause, host, port);
  }
}

/** What the system's refusal to listen means to a person; any other error stays as it is. */
export function asPortProblem(cause: unknown, host: string, port: number): unknown {
  const code = codeOf(cause);
  if (code === 'EADDRINUSE') return new CandorError('inbox-port-taken', { port }, { cause });
  if (code === 'EACCES' || isNoAddress(code))
    return new CandorError('inbox-port-unusable', { host, port, reason: code }, { cause });
  return cause;
}

function codeOf(cause: unknown): string {
  return cause instanceof Error && 'code' in cause ? String(cause.code) : '';
}

/** The machine has no such address, or not even its family. */
function isNoAddress(code: string): boolean {
  return code === 'EADDRNOTAVAIL' || code === 'EAFNOSUPPORT';
}

function listenOn(server: SMTPServer, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    const listener = server.listen(port, host, () => {
      server.removeListener('error', reject);
      const address = listener.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}
