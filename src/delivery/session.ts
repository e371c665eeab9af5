// From nothing to a session that can take letters: connect, greeting, EHLO, STARTTLS, AUTH. Promises
// that the stage of a failure is where it happened, and that no password leaves before TLS is as
// safe as the policy asks (relay-config.ts).
import type net from 'node:net';
import type tls from 'node:tls';
import type { ConnectFailure, ConnectStage, Reply } from '../domain/delivery-result.ts';
import { dial, secure } from './dial.ts';
import { readGreeting } from './greeting.ts';
import { logIn } from './log-in.ts';
import { isLoopback } from './loopback.ts';
import { noOffers, readOffers, type Offers } from './offers.ts';
import { OpeningWatch, silenceHint, type OpeningWishes } from './opening-watch.ts';
import type { RelayConfig } from './relay-config.ts';
import { Wire, type WireRead } from './wire.ts';

export interface Session {
  readonly wire: Wire;
  readonly offers: Offers;
  readonly encrypted: boolean;
  /** True when the certificate was checked. */
  readonly verified: boolean;
  readonly authenticated: boolean;
  /** What the relay said first. */
  readonly greeting: Reply;
  /** How long it took to say so. */
  readonly greetedAfterMs: number;
}

/** Ends the opening of a session at the step that failed. Never leaves this file. */
class Abandoned extends Error {
  readonly failure: ConnectFailure;
  constructor(failure: ConnectFailure) {
    super('the session was not opened');
    this.failure = failure;
  }
}

/** What an opening needs besides the settings. */
export interface OpeningMeans {
  /** What is trusted; asked for when a session begins with TLS. */
  readonly trusted: () => tls.SecureContext;
  /** The name in EHLO; null: the address literal. */
  readonly name: string | null;
  /** How long the relay took to greet this process at most; null: it never has. */
  readonly slowestGreetingMs: number | null;
}

/** A relay that has always greeted at once, and now does not, is asked again sooner than RFC 5321 has us wait (5 minutes). */
const greetingMs = { least: 8_000, times: 5 } as const;

/** Opens a session. Answers failures as values; the socket is then closed. Rejects with the signal's reason once that aborts. */
export async function openSession(
  config: RelayConfig,
  means: OpeningMeans,
  wishes: OpeningWishes = {},
): Promise<{ ok: true; session: Session } | { ok: false; failure: ConnectFailure }> {
  const { signal } = wishes;
  const watch = new OpeningWatch(config, wishes);
  let wire: Wire | null = null;
  const cut = (): void => wire?.destroy();
  signal?.addEventListener('abort', cut, { once: true });
  try {
    signal?.throwIfAborted();
    const socket = await connected(config, means, watch);
    wire = new Wire(socket, config.replyTimeoutMs);
    const session = await introduced(config, means, watch, wire, means.name ?? addressLiteral(socket));
    signal?.throwIfAborted();
    return { ok: true, session };
  } catch (error) {
    wire?.destroy();
    signal?.throwIfAborted();
    if (error instanceof Abandoned) return { ok: false, failure: error.failure };
    throw error;
  } finally {
    watch.end();
    signal?.removeEventListener('abort', cut);
  }
}

async function connected(config: RelayConfig, { trusted }: OpeningMeans, watch: OpeningWatch): Promise<net.Socket> {
  const timeoutMs = connectTimeoutMs(config);
  watch.at('connect');
  const dialled = await dial(config.host, config.port, timeoutMs, watch.signal);
  if (!dialled.ok) throw new Abandoned(dialled.failure);
  if (!config.secure) return dialled.socket;
  watch.at('tls');
  const secured = await secure(dialled.socket, config.host, trusted(), mustVerify(config), timeoutMs, watch.signal);
  if (!secured.ok) throw new Abandoned(withHint(config, secured.failure));
  return secured.socket;
}

async function introduced(
  config: RelayConfig,
  means: OpeningMeans,
  watch: OpeningWatch,
  wire: Wire,
  name: string,
): Promise<Session> {
  const { trusted } = means;
  watch.at('greeting');
  const connectedMs = performance.now();
  const greeting = await greetingOf(config, means, watch, wire);
  const greetedAfterMs = performance.now() - connectedMs;
  watch.at('ehlo');
  let offers = await greet(config, wire, name);
  let encrypted = config.secure;
  watch.at('tls');
  if (!encrypted && config.tls !== 'off' && (await startTls(config, wire, offers))) {
    const plain = wire.detach();
    if (plain === null) throw lost('tls', 'the relay spoke before the TLS handshake', 'protocol');
    const timeoutMs = connectTimeoutMs(config);
    const secured = await secure(plain, config.host, trusted(), mustVerify(config), timeoutMs, watch.signal);
    if (!secured.ok) throw new Abandoned(secured.failure);
    wire.attach(secured.socket);
    encrypted = true;
    watch.at('ehlo');
    // RFC 3207 section 4.2: what was said before TLS doesn't count.
    offers = await greet(config, wire, name);
  }
  const login = config.user === undefined ? null : { user: config.user, password: config.password ?? '' };
  if (login !== null) {
    if (!encrypted && !mayGoInTheClear(config))
      throw lost('tls', 'the relay offers no TLS, and a password is not sent in the clear', 'tls');
    watch.at('auth');
    const failure = await logIn(wire, offers.auth, login, config.auth);
    if (failure !== null) throw new Abandoned(failure);
  }
  return {
    wire,
    offers,
    encrypted,
    verified: encrypted && mustVerify(config),
    authenticated: login !== null,
    greeting,
    greetedAfterMs,
  };
}

async function greetingOf(
  config: RelayConfig,
  { trusted, slowestGreetingMs }: OpeningMeans,
  { signal }: OpeningWatch,
  wire: Wire,
): Promise<Reply> {
  const usual = slowestGreetingMs === null ? Infinity : slowestGreetingMs * greetingMs.times;
  const withinMs = Math.min(config.replyTimeoutMs, Math.max(greetingMs.least, usual));
  const read = await readGreeting(config, wire, { trusted, asks: slowestGreetingMs === null, withinMs, signal });
  if (read === 'tls')
    throw lost('greeting', 'the port begins with TLS: write smtps:// instead of smtp:// in SMTP_URL', 'tls');
  const reply = replyOf(read, 'greeting');
  if (reply.code !== 220) throw refusal('greeting', reply, 'the relay does not take the connection');
  return reply;
}

/** A handshake that nobody answers to may be one that nobody expects. */
function withHint(config: RelayConfig, failure: ConnectFailure): ConnectFailure {
  const hint = failure.loss === 'tls' || failure.loss === 'dns' ? null : silenceHint(config, failure.stage);
  return hint === null ? failure : { ...failure, detail: `${failure.detail}; ${hint}` };
}

/** EHLO, or HELO where a relay is too old for it and nothing of EHLO is needed. */
async function greet(config: RelayConfig, wire: Wire, name: string): Promise<Offers> {
  const ehlo = await ask(wire, 'ehlo', `EHLO ${name}`);
  if (ehlo.code >= 200 && ehlo.code < 300) return readOffers(ehlo);
  const old = ehlo.code >= 500 && config.user === undefined && (config.secure || config.tls !== 'required');
  if (!old) throw refusal('ehlo', ehlo, 'the relay refused EHLO');
  const helo = await ask(wire, 'ehlo', `HELO ${name}`);
  if (helo.code < 200 || helo.code >= 300) throw refusal('ehlo', helo, 'the relay refused EHLO and HELO');
  return noOffers;
}

/** Asks for TLS; true when the relay is ready for the handshake. */
async function startTls(config: RelayConfig, wire: Wire, offers: Offers): Promise<boolean> {
  if (!offers.startTls) {
    if (config.tls === 'required') throw lost('tls', 'the relay does not offer STARTTLS', 'tls');
    return false;
  }
  const reply = await ask(wire, 'tls', 'STARTTLS');
  if (reply.code === 220) return true;
  if (config.tls === 'required') throw refusal('tls', reply, 'the relay refused STARTTLS');
  return false;
}

function mustVerify(config: RelayConfig): boolean {
  return config.tls !== 'opportunistic' || !mayGoInTheClear(config);
}

/** True when there is no password, or when it may be read on the way: on loopback, or because SMTP_TLS is off. */
function mayGoInTheClear(config: RelayConfig): boolean {
  return config.user === undefined || config.tls === 'off' || isLoopback(config.host);
}

async function ask(wire: Wire, stage: ConnectStage, command: string): Promise<Reply> {
  wire.write(`${command}\r\n`);
  return replyOf(await wire.read(), stage);
}

function replyOf(read: WireRead, stage: ConnectStage): Reply {
  if (read.ok) return read.reply;
  const detail = read.loss === 'timeout' ? 'the relay did not answer in time' : 'the relay ended the conversation';
  throw lost(stage, detail, read.loss);
}

function lost(stage: ConnectStage, detail: string, loss: NonNullable<ConnectFailure['loss']>): Abandoned {
  return new Abandoned({ stage, reply: null, loss, detail });
}

function refusal(stage: ConnectStage, reply: Reply, detail: string): Abandoned {
  return new Abandoned({ stage, reply, loss: null, detail });
}

function connectTimeoutMs(config: RelayConfig): number {
  return config.connectTimeoutMs ?? 8_000;
}

/** RFC 5321 section 4.1.4: a client without a fully qualified name says its address. */
function addressLiteral(socket: net.Socket): string {
  // An IPv4 connection of an IPv6 socket, and the interface of a link-local address, are nobody else's business.
  const address = (socket.localAddress ?? '127.0.0.1').replace(/^::ffff:(?=[\d.]+$)/i, '').replace(/%.*$/, '');
  return address.includes(':') ? `[IPv6:${address}]` : `[${address}]`;
}
