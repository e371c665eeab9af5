// A Postgres that dies at the worst moment: its last word comes in one packet with the answer that opens a
// connection. A real one does so once in a thousand deaths; this one always.
import net from 'node:net';

export interface DyingPostgres {
  readonly port: number;
  stop(): Promise<void>;
}

/** A message of the protocol: its letter, its length, its content. */
function message(letter: string, content: Buffer | string): Buffer {
  const body = Buffer.from(content);
  const head = Buffer.alloc(5);
  head.write(letter);
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}

const authenticated = message('R', Buffer.alloc(4));
const ready = message('Z', 'I');
const shutDown = message('E', 'SFATAL\0VFATAL\0C57P01\0Mterminating connection due to administrator command\0\0');

/** Lets everybody in; answers the first statement and dies in the same packet. */
export async function startDyingPostgres(): Promise<DyingPostgres> {
  const server = net.createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.once('data', () => {
      socket.write(Buffer.concat([authenticated, ready]));
      socket.once('data', () => socket.end(Buffer.concat([message('C', 'SET\0'), ready, shutDown])));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as net.AddressInfo).port,
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

/** A door to a Postgres at this port of loopback behind which the nth connection dies as it opens; the others live. */
export async function startDoorOfDeath(
  port: number,
  nth: number,
): Promise<DyingPostgres & { readonly died: () => boolean }> {
  let connections = 0;
  let died = false;
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    const dies = (connections += 1) === nth;
    const behind = net.connect(port, '127.0.0.1');
    for (const [one, other] of [
      [socket, behind],
      [behind, socket],
    ] as const) {
      sockets.add(one);
      one.on('error', () => other.destroy());
      one.on('close', () => other.destroy());
    }
    socket.on('data', (chunk: Buffer) => behind.write(chunk));
    behind.on('data', (chunk: Buffer) => {
      if (!dies || died || !chunk.subarray(-ready.length).equals(ready)) return void socket.write(chunk);
      died = true;
      socket.end(Buffer.concat([chunk, shutDown]));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as net.AddressInfo).port,
    died: () => died,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/** What would have ended the process, had nobody listened, while the work went on. */
export async function uncaughtDuring(work: () => Promise<void>): Promise<unknown[]> {
  const uncaught: unknown[] = [];
  const note = (error: unknown): number => uncaught.push(error);
  const others = process.listeners('uncaughtException');
  const rejected = process.listeners('unhandledRejection');
  process.removeAllListeners('uncaughtException').on('uncaughtException', note);
  process.removeAllListeners('unhandledRejection').on('unhandledRejection', note);
  try {
    await work();
    return uncaught;
  } finally {
    process.off('uncaughtException', note);
    process.off('unhandledRejection', note);
    for (const other of others) process.on('uncaughtException', other);
    for (const other of rejected) process.on('unhandledRejection', other);
  }
}
