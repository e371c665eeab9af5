// A relay that says nothing, at each step of the opening: what it is waited for is told, the wish to stop is obeyed, and a
// port that only speaks TLS is known as one.
import net from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { createConnectionPool } from '../../../src/delivery/connection-pool.ts';
import { createRelay, type Relay } from '../../../src/delivery/relay.ts';
import type { RelayConfig } from '../../../src/delivery/relay-config.ts';
import { classifyConnectFailure } from '../../../src/domain/classify.ts';
import { systemClock } from '../../../src/runtime/clock.ts';
import { silentLogger } from '../../../src/runtime/logger.ts';
import { eventually } from '../../support/eventually.ts';
import { testAuthority } from '../../support/relay-certificates.ts';
import { startRelay, type RelayOptions } from '../../support/relay.ts';

const stops: (() => unknown)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

const relayOn = (host: string, port: number, config: Partial<RelayConfig> = {}): Relay =>
  createRelay({ host, port, secure: false, tls: 'off', replyTimeoutMs: 60_000, ...config }, silentLogger);

async function against(options: RelayOptions, config: Partial<RelayConfig> = {}): Promise<Relay> {
  const smtp = await startRelay(options);
  stops.push(() => smtp.stop());
  return relayOn(smtp.host, smtp.port, config);
}

/** A server that takes connections and does no more. */
async function mute(onConnection: (socket: net.Socket) => void = () => undefined): Promise<number> {
  const server = net.createServer((socket) => {
    socket.on('error', () => undefined).resume();
    stops.push(() => socket.destroy());
    onConnection(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  stops.push(() => server.close());
  return (server.address() as net.AddressInfo).port;
}

/** Opens a session, stops at the first sentence about waiting, and answers that. */
async function waitedFor(relay: Relay): Promise<string> {
  const stop = new AbortController();
  let told = '';
  const onWaiting = (sentence: string): void => {
    told = sentence;
    stop.abort(new Error('stopped'));
  };
  await expect(relay.connect({ signal: stop.signal, onWaiting })).rejects.toThrow('stopped');
  return told;
}

const login = { user: 'relay-user', password: 'correct horse' };

it('tells at each step what it waits for, and stops when it should', async () => {
  const silent = (stage: 'greeting' | 'ehlo' | 'starttls' | 'auth', more: RelayOptions = {}): RelayOptions => ({
    ...more,
    script: [{ stage, do: 'silence' }],
  });
  const tls = { tls: 'required', ca: testAuthority } as const;
  const ready = '220-relay.example at your\r\n';
  const relays = [
    ['the relay’s greeting', against(silent('greeting'))],
    ['the relay’s greeting', against({ script: [{ stage: 'greeting', do: 'raw', reply: ready }] })],
    ['the relay’s answer to EHLO', against(silent('ehlo'))],
    ['TLS with the relay', against(silent('starttls', { tls: 'starttls' }), tls)],
    ['TLS with the relay', mute().then((port) => relayOn('127.0.0.1', port, { secure: true, ...tls }))],
    ['the relay’s answer to the login', against(silent('auth', { credentials: login }), login)],
  ] as const;
  const told = await Promise.all(relays.map(async ([, relay]) => waitedFor(await relay)));
  expect(told.map((sentence) => /^Waiting for (.+?), 127\.0\.0\.1:\d+ …$/.exec(sentence)?.[1])).toEqual(
    relays.map(([what]) => what),
  );
});

it('stops before there is a connection', async () => {
  const stop = new AbortController();
  const opening = relayOn('127.0.0.1', await mute()).connect({ signal: stop.signal });
  stop.abort(new Error('stopped'));
  await expect(opening).rejects.toThrow('stopped');
  await expect(relayOn('relay.example', 25).connect({ signal: stop.signal })).rejects.toThrow('stopped');
});

it('knows a silent port that begins with TLS, whatever its certificate', async () => {
  const connected = await (await against({ tls: 'implicit' }, { replyTimeoutMs: 300 })).connect();
  expect(connected).toMatchObject({ ok: false, failure: { stage: 'greeting', loss: 'tls' } });
  if (connected.ok) return;
  expect(connected.failure.detail).toContain('write smtps:// instead of smtp://');
  expect(classifyConnectFailure(connected.failure)).toMatchObject({ kind: 'hold', reason: 'relay-tls' });
});

it('calls a port that is silent to TLS, too, only silent', async () => {
  const connections: net.Socket[] = [];
  const port = await mute((socket) => {
    connections.push(socket);
    if (connections.length === 2) socket.end('220 relay.example\r\n');
  });
  const connected = await relayOn('127.0.0.1', port, { replyTimeoutMs: 300 }).connect();
  expect(connected).toMatchObject({ ok: false, failure: { stage: 'greeting', loss: 'timeout' } });
  expect(connections).toHaveLength(2);
});

it('asks no relay for TLS that has greeted before', async () => {
  let connections = 0;
  const port = await mute((socket) => {
    connections += 1;
    if (connections === 1) socket.end('220 relay.example\r\n500 no\r\n');
  });
  const relay = relayOn('127.0.0.1', port, { replyTimeoutMs: 300 });
  expect(await relay.connect()).toMatchObject({ failure: { stage: 'ehlo' } });
  expect(await relay.connect()).toMatchObject({ failure: { stage: 'greeting', loss: 'timeout' } });
  expect(connections).toBe(2);
});

it('names STARTTLS where nobody answers to a handshake', async () => {
  const relay = relayOn('127.0.0.1', await mute(), { secure: true, tls: 'required', connectTimeoutMs: 200 });
  const connected = await relay.connect();
  expect(connected).toMatchObject({ ok: false, failure: { stage: 'tls', loss: 'timeout' } });
  expect(connected.ok ? '' : connected.failure.detail).toContain('write smtp:// instead of smtps://');
});

it('lets nobody wait for a connection that a closed pool was opening', async () => {
  let closed = false;
  let opened = false;
  const port = await mute((socket) => {
    opened = true;
    socket.on('close', () => (closed = true));
  });
  const pool = createConnectionPool(relayOn('127.0.0.1', port), {
    max: 2,
    idleMs: 60_000,
    clock: systemClock,
    logger: silentLogger,
  });
  const lent = pool.acquire(new AbortController().signal);
  await eventually(() => opened);
  await Promise.all([expect(lent).rejects.toThrow('closed'), pool.drain(60_000)]);
  await eventually(() => closed);
  expect(pool.figures()).toMatchObject({ open: 0, opening: 0, waiting: 0 });
});
