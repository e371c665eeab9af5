// Opens the socket to the relay, plain or TLS, and turns a socket's failure into a value. The only
// file that knows the error codes of Node's net and tls.
import net from 'node:net';
import tls from 'node:tls';
import type { ConnectFailure, ConnectStage, Loss } from '../domain/delivery-result.ts';
import { tooManyOpenFiles } from '../domain/open-files.ts';

export type Dialled<S extends net.Socket> =
  { readonly ok: true; readonly socket: S } | { readonly ok: false; readonly failure: ConnectFailure };

/** Per address of a host with several. Node's 250 ms would give up on a relay on another continent. */
const perAddressMs = 2500;

/** Looks the host up and connects, IPv6 and IPv4 in turn (RFC 8305). Once the signal aborts, it fails at once. */
export function dial(
  host: string,
  port: number,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<Dialled<net.Socket>> {
  const socket = net.connect({
    host,
    port,
    autoSelectFamily: true,
    autoSelectFamilyAttemptTimeout: perAddressMs,
    noDelay: true,
    keepAlive: true,
    keepAliveInitialDelay: 30_000,
  });
  return settled(socket, 'connect', 'connect', timeoutMs, signal);
}

/** The TLS handshake over a connected socket. `verify` false takes any certificate. Once the signal aborts, it fails at once. */
export function secure(
  plain: net.Socket,
  host: string,
  context: tls.SecureContext,
  verify: boolean,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<Dialled<tls.TLSSocket>> {
  // SNI must be a name; the certificate of an IP address is checked against `host`.
  const servername = net.isIP(host) === 0 ? { servername: host } : {};
  const socket = tls.connect({
    socket: plain,
    host,
    secureContext: context,
    rejectUnauthorized: verify,
    ...servername,
  });
  // The plain socket is only a carrier from here on, but an unheard error event would end the process.
  plain.on('error', () => undefined);
  return settled(socket, 'tls', 'secureConnect', timeoutMs, signal);
}

function settled<S extends net.Socket>(
  socket: S,
  stage: 'connect' | 'tls',
  event: string,
  timeoutMs: number,
  signal: AbortSignal | undefined,
): Promise<Dialled<S>> {
  return new Promise((resolve) => {
    const unwatch = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    };
    const fail = (error: Error | null, loss: Loss, detail: string): void => {
      unwatch();
      socket.off(event, onReady).off('error', onError).off('close', onClose);
      socket.on('error', () => undefined);
      socket.destroy();
      resolve({
        ok: false,
        failure: { stage, reply: null, loss, detail: error === null ? detail : `${detail} (${codeOf(error)})` },
      });
    };
    const onReady = (): void => {
      unwatch();
      socket.off('error', onError).off('close', onClose);
      resolve({ ok: true, socket });
    };
    const onError = (error: Error): void => {
      const { loss, detail } = describe(error, stage);
      fail(error, loss, detail);
    };
    const onClose = (): void => fail(null, 'reset', 'the relay closed the connection');
    const onAbort = (): void => fail(null, 'reset', 'it was not waited for');
    const timer = setTimeout(() => fail(null, 'timeout', `${late[stage]} within ${timeoutMs} ms`), timeoutMs);
    socket.once(event, onReady).once('error', onError).once('close', onClose);
    signal?.addEventListener('abort', onAbort, { once: true });
    if (signal?.aborted) onAbort();
  });
}

const late = { connect: 'no connection', tls: 'no answer to the TLS handshake' } as const;

/** True when a handshake failed for what a TLS server said: that one is there. */
export function isTlsAnswer(failure: ConnectFailure): boolean {
  return failure.stage === 'tls' && failure.loss === 'tls' && !failure.detail.startsWith(plainText);
}

const plainText =
  'the relay does not begin with TLS on this port: write smtp:// instead of smtps:// for STARTTLS, usually on port 587';
const byCode: Readonly<Record<string, { loss: Loss; detail: string }>> = {
  EMFILE: { loss: 'refused', detail: tooManyOpenFiles.EMFILE },
  ENFILE: { loss: 'refused', detail: tooManyOpenFiles.ENFILE },
  ECONNREFUSED: { loss: 'refused', detail: 'the connection was refused' },
  EHOSTUNREACH: { loss: 'refused', detail: 'the host cannot be reached' },
  ENETUNREACH: { loss: 'refused', detail: 'the network cannot be reached' },
  ENOTFOUND: { loss: 'dns', detail: 'the host name is not known' },
  EAI_AGAIN: { loss: 'dns', detail: 'the name service does not answer' },
  ETIMEDOUT: { loss: 'timeout', detail: 'the host does not answer' },
  ECONNRESET: { loss: 'reset', detail: 'the relay closed the connection' },
  EPIPE: { loss: 'reset', detail: 'the relay closed the connection' },
  CERT_HAS_EXPIRED: { loss: 'tls', detail: 'the certificate has expired' },
  CERT_NOT_YET_VALID: { loss: 'tls', detail: 'the certificate is not valid yet' },
  DEPTH_ZERO_SELF_SIGNED_CERT: { loss: 'tls', detail: 'the certificate is self-signed' },
  SELF_SIGNED_CERT_IN_CHAIN: { loss: 'tls', detail: 'the certificate is from an unknown authority' },
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: { loss: 'tls', detail: 'the certificate is from an unknown authority' },
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: { loss: 'tls', detail: 'the certificate is from an unknown authority' },
  // The peer answered in plain text: the greeting of a port where TLS begins with STARTTLS.
  ERR_SSL_WRONG_VERSION_NUMBER: { loss: 'tls', detail: plainText },
  ERR_SSL_PACKET_LENGTH_TOO_LONG: { loss: 'tls', detail: plainText },
  ERR_SSL_RECORD_LAYER_FAILURE: { loss: 'tls', detail: plainText },
  ERR_TLS_CERT_ALTNAME_INVALID: { loss: 'tls', detail: 'the certificate is for another host' },
};

function describe(error: Error, stage: ConnectStage): { loss: Loss; detail: string } {
  const known = byCode[codeOf(error)];
  if (known !== undefined) return known;
  // Whatever else ends a handshake (wrong version, no common cipher, plain text) is no network trouble.
  return stage === 'tls'
    ? { loss: 'tls', detail: 'the TLS handshake failed' }
    : { loss: 'reset', detail: 'the connection failed' };
}

function codeOf(error: Error): string {
  const first = error instanceof AggregateError ? (error.errors.at(-1) as unknown) : error;
  const code = first instanceof Error && 'code' in first ? first.code : undefined;
  return typeof code === 'string' ? code : 'no code';
}
