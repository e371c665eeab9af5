// From nothing to a session that can take letters: connect, greeting, EHLO, STARTTLS, AUTH. Promises
// that the stage of a failure is where it happened, and that no password leaves before TLS is as
// safe as the policy asks (relay-config.ts).
import type net from 'node:net';
import type tls from 'node:tls';
import type { ConnectFailure, ConnectStage, Reply } from '../domain/delivery-result.ts';
import { dial, secure } from './dial.ts';
import { logIn } from './log-in.ts';
import { isLoopback } from './loopback.ts';
import { noOffers, readOffers, type Offers } from './offers.ts';
import type { RelayConfig } from './relay-config.ts';
import { Wire } from './wire.ts';

export interface Session {
  readonly wire: Wire;
  readonly offers: Offers;
  readonly encrypted: boolean;
  /** True when the certificate was checked. */
  readonly verified: boolean;
  readonly authenticated: boolean;
  /** What the relay said first. */
  readonly greeting: Reply;
}

/** Ends the opening of a session at the step that failed. Never leaves this file. */
class Abandoned extends Error {
  readonly failure: ConnectFailure;
  constructor(failure: ConnectFailure) {
    super('the session was not opened');
    this.failure = failure;
  }
}

/** Opens a session. Answers failures as values; the socket is then closed. Asks for what it trusts when it begins with TLS. */
export async function openSession(
  config: RelayConfig,
  trusted: () => tls.SecureContext,
  name: string | null,
): Promise<{ ok: true; session: Session } | { ok: false; failure: ConnectFailure }> {
  let wire: Wire | null = null;
  try {
    const socket = await connected(config, trusted);
    wire = new Wire(socket, config.replyTimeoutMs);
    return { ok: true, session: await introduced(config, trusted, wire, name ?? addressLiteral(socket)) };
  } catch (error) {
    wire?.destroy();
    if (error instanceof Abandoned) return { ok: false, failure: error.failure };
    throw error;
  }
}

async function connected(config: RelayConfig, trusted: () => tls.SecureContext): Promise<net.Socket> {
  const timeoutMs = connectTimeoutMs(config);
  const dialled = await dial(config.host, config.port, timeoutMs);
  if (!dialled.ok) throw new Abandoned(dialled.failure);
  if (!config.secure) return dialled.socket;
  const secured = await secure(dialled.socket, config.host, trusted(), mustVerify(config), timeoutMs);
  if (!secured.ok) throw new Abandoned(secured.failure);
  return secured.socket;
}

async function introduced(
  config: RelayConfig,
  trusted: () => tls.SecureContext,
  wire: Wire,
  name: string,
): Promise<Session> {
  const greeting = await expect(
    wire,
    'greeting',
    'the relay does not take the connection',
    (reply) => reply.code === 220,
  );
  let offers = await greet(config, wire, name);
  let encrypted = config.secure;
  if (!encrypted && config.tls !== 'off' && (await startTls(config, wire, offers))) {
    const plain = wire.detach();
    if (plain === null) throw lost('tls', 'the relay spoke before the TLS handshake', 'protocol');
    const secured = await secure(plain, config.host, trusted(), mustVerify(config), connectTimeoutMs(config));
    if (!secured.ok) throw new Abandoned(secured.failure);
    wire.attach(secured.socket);
    encrypted = true;
    // RFC 3207 section 4.2: what was said before TLS doesn't count.
    offers = await greet(config, wire, name);
  }
  const login = config.user === undefined ? null : { user: config.user, password: config.password ?? '' };
  if (login !== null) {
    if (!encrypted && !mayGoInTheClear(config))
      throw lost('tls', 'the relay offers no TLS, and a password is not sent in the clear', 'tls');
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
  };
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
  return expect(wire, stage, '', () => true);
}

async function expect(
  wire: Wire,
  stage: ConnectStage,
  detail: string,
  fits: (reply: Reply) => boolean,
): Promise<Reply> {
  const read = await wire.read();
  if (!read.ok)
    throw lost(
      stage,
      read.loss === 'timeout' ? 'the relay did not answer in time' : 'the relay ended the conversation',
      read.loss,
    );
  if (!fits(read.reply)) throw refusal(stage, read.reply, detail);
  return read.reply;
}

function lost(stage: ConnectStage, detail: string, loss: NonNullable<ConnectFailure['loss']>): Abandoned {
  return new Abandoned({ stage, reply: null, loss, detail });
}

function refusal(stage: ConnectStage, reply: Reply, detail: string): Abandoned {
  return new Abandoned({ stage, reply, loss: null, detail });
}

function connectTimeoutMs(config: RelayConfig): number {
  return config.connectTimeoutMs ?? 30_000;
}

/** RFC 5321 section 4.1.4: a client without a fully qualified name says its address. */
function addressLiteral(socket: net.Socket): string {
  // An IPv4 connection of an IPv6 socket, and the interface of a link-local address, are nobody else's business.
  const address = (socket.localAddress ?? '127.0.0.1').replace(/^::ffff:(?=[\d.]+$)/i, '').replace(/%.*$/, '');
  return address.includes(':') ? `[IPv6:${address}]` : `[${address}]`;
}
