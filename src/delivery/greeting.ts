// The greeting, which a port that begins with TLS never says: it waits for us. Such a silence would last as long as the
// relay may take for a reply, and end as "unreachable". So a port that is silent is asked over a second connection whether
// it answers to TLS. Not on the first one: a relay that only lets strangers wait takes early words for an attack.
import type tls from 'node:tls';
import { dial, isTlsAnswer, secure } from './dial.ts';
import type { RelayConfig } from './relay-config.ts';
import { isImplicitTlsPort } from './opening-watch.ts';
import type { Wire, WireRead } from './wire.ts';

/** Longer than a greeting is held back on purpose (5 to 6 s by Sendmail and Postfix as delivered). */
const suspectMs = 10_000;
/** On a port that nobody greets on. */
const suspectSoonMs = 1_000;
const answerMs = 3_000;

/** What came instead of a greeting; `tls`: the port begins with TLS. */
export type GreetingRead = WireRead | 'tls';

/** Reads the greeting. `asks` false: the relay is known to greet, so that silence means something else. */
export async function readGreeting(
  config: RelayConfig,
  wire: Wire,
  how: {
    trusted: () => tls.SecureContext;
    asks: boolean;
    /** No more than this is waited for. */
    withinMs: number;
    signal?: AbortSignal | undefined;
  },
): Promise<GreetingRead> {
  if (config.secure || !how.asks) return readWithin(wire, how.withinMs);
  const over = new AbortController();
  const signal = how.signal === undefined ? over.signal : AbortSignal.any([how.signal, over.signal]);
  let timer: NodeJS.Timeout | undefined;
  const found = new Promise<'tls'>((resolve) => {
    const ask = (): void => {
      // What has begun to greet in plain text will not begin with TLS.
      if (wire.unread === 0) void beginsWithTls(config, how.trusted, signal).then((yes) => yes && resolve('tls'));
    };
    timer = setTimeout(ask, isImplicitTlsPort(config.port) ? suspectSoonMs : suspectMs).unref();
  });
  try {
    const read = await Promise.race([wire.read(), found]);
    if (read === 'tls' || read.ok) return read;
    return (await beginsWithTls(config, how.trusted, signal)) ? 'tls' : read;
  } finally {
    clearTimeout(timer);
    over.abort();
  }
}

async function readWithin(wire: Wire, ms: number): Promise<WireRead> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<WireRead>((resolve) => {
    timer = setTimeout(resolve, ms, { ok: false, loss: 'timeout' }).unref();
  });
  return Promise.race([wire.read(), late]).finally(() => clearTimeout(timer));
}

/** Whether a TLS server is there, whatever its certificate. */
async function beginsWithTls(
  { host, port }: RelayConfig,
  trusted: () => tls.SecureContext,
  signal: AbortSignal,
): Promise<boolean> {
  if (signal.aborted) return false;
  const dialled = await dial(host, port, answerMs, signal);
  if (!dialled.ok) return false;
  const secured = await secure(dialled.socket, host, trusted(), false, answerMs, signal);
  if (secured.ok) secured.socket.destroy();
  return secured.ok || isTlsAnswer(secured.failure);
}
