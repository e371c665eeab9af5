// Watches the opening of a session: which step it waits at and for how long, and the wish to stop. A relay that says nothing
// may be waited for five minutes at each step (RFC 5321 section 4.5.3.2); nobody who waits should have to guess what for.
import type { ConnectStage } from '../domain/delivery-result.ts';
import type { RelayConfig } from './relay-config.ts';

/** What somebody who waits for a session wants of its opening. */
export interface OpeningWishes {
  /** Once it aborts, everything is closed and `connect` rejects with its reason. */
  readonly signal?: AbortSignal;
  /** Told in a sentence what the relay is waited for: after a second at one step, and every ten seconds after that. */
  readonly onWaiting?: (sentence: string) => void;
}

/** So long a step may take before it is told. */
const firstMs = 1_000;
const againMs = 10_000;
/** For TLS from the first byte (RFC 8314 section 7.3). */
const implicitTlsPort = 465;

const awaited: Readonly<Record<ConnectStage, string>> = {
  connect: 'a connection to the relay',
  greeting: 'the relay’s greeting',
  ehlo: 'the relay’s answer to EHLO',
  tls: 'TLS with the relay',
  auth: 'the relay’s answer to the login',
};

/** What a port that is silent in this way may be. */
export function silenceHint(config: Pick<RelayConfig, 'port' | 'secure'>, stage: ConnectStage): string | null {
  if (stage === 'greeting' && !config.secure)
    return config.port === implicitTlsPort
      ? 'port 465 usually begins with TLS: write smtps:// instead of smtp://'
      : 'if TLS begins with the first byte on this port, write smtps:// instead of smtp://';
  if (stage === 'tls' && config.secure)
    return 'if TLS begins with STARTTLS on this port, usually 587, write smtp:// instead of smtps://';
  return null;
}

/** True where a plain greeting is hardly to be expected. */
export function isImplicitTlsPort(port: number): boolean {
  return port === implicitTlsPort;
}

/** One opening. */
export class OpeningWatch {
  readonly #config: RelayConfig;
  readonly #wishes: OpeningWishes;
  #stage: ConnectStage = 'connect';
  #timer: NodeJS.Timeout | undefined;
  #seconds = 0;

  constructor(config: RelayConfig, wishes: OpeningWishes) {
    this.#config = config;
    this.#wishes = wishes;
  }

  get signal(): AbortSignal | undefined {
    return this.#wishes.signal;
  }

  /** From now on this is waited for. */
  at(stage: ConnectStage): void {
    this.#stage = stage;
    this.#seconds = 0;
    this.#tellIn(firstMs);
  }

  /** Nothing is waited for any more. */
  end(): void {
    clearTimeout(this.#timer);
  }

  #tellIn(ms: number): void {
    clearTimeout(this.#timer);
    const { onWaiting } = this.#wishes;
    if (onWaiting === undefined) return;
    this.#timer = setTimeout(() => {
      this.#seconds += ms / 1_000;
      onWaiting(this.#sentence());
      this.#tellIn(againMs);
    }, ms).unref();
  }

  #sentence(): string {
    const { host, port } = this.#config;
    const place = `${host.includes(':') ? `[${host}]` : host}:${port}`;
    const since = this.#seconds > 1 ? `, ${this.#seconds} s so far` : '';
    const hint = silenceHint(this.#config, this.#stage);
    // On other ports a slow greeting is usual: some relays let strangers wait for some seconds.
    const told = hint !== null && (this.#seconds > 1 || isImplicitTlsPort(port)) ? ` (${hint})` : '';
    return `Waiting for ${awaited[this.#stage]}, ${place}${since}${told} …`;
  }
}
