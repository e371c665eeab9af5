// Asks a Postgres on a Unix socket how it is, as pg_isready does: one startup packet, one answer.
import { connect } from 'node:net';
import { join } from 'node:path';

export type Health =
  /** It takes sessions. */
  | 'ready'
  /** It lives, but does not take sessions now: starting, recovering or stopping. */
  | 'not-now'
  /** Nobody listens. */
  | 'absent';

export const socketPort = 5432;

/** File name of the server's socket in its folder. */
export const socketName = `.s.PGSQL.${socketPort}`;

/**
 * Asks the server whose socket is in the folder. Never rejects. Sends no password: the request for
 * one is the answer "ready". A server that is silent for `patienceMs` counts as `not-now`.
 */
export function probe(folder: string, user: string, database: string, patienceMs = 2_000): Promise<Health> {
  return new Promise((resolve) => {
    const socket = connect(join(folder, socketName));
    const answer = (health: Health): void => {
      socket.destroy();
      resolve(health);
    };
    let connected = false;
    let received = Buffer.alloc(0);
    socket.setTimeout(patienceMs, () => answer('not-now'));
    socket.on('connect', () => {
      connected = true;
      socket.write(startupPacket(user, database));
    });
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
      const health = readAnswer(received);
      if (health !== null) answer(health);
    });
    socket.on('error', () => answer(connected ? 'not-now' : 'absent'));
    socket.on('close', () => answer('not-now'));
  });
}

/** Protocol 3.0: length, version, then names and values, each ended by NUL, and one more NUL. */
function startupPacket(user: string, database: string): Buffer {
  const parameters = Buffer.from(`user\0${user}\0database\0${database}\0\0`, 'utf8');
  const head = Buffer.alloc(8);
  head.writeInt32BE(8 + parameters.length, 0);
  head.writeInt32BE(196_608, 4);
  return Buffer.concat([head, parameters]);
}

/** Null until the answer is whole. SQLSTATE 57P03 is `cannot_connect_now`; any other refusal comes from a server at work. */
function readAnswer(bytes: Buffer): Health | null {
  if (bytes.length < 5) return null;
  if (bytes[0] === 0x52) return 'ready';
  if (bytes[0] !== 0x45) return 'not-now';
  if (bytes.length < 1 + bytes.readInt32BE(1)) return null;
  const code = bytes
    .subarray(5)
    .toString('latin1')
    .split('\0')
    .find((field) => field.startsWith('C'));
  return code === 'C57P03' ? 'not-now' : 'ready';
}
