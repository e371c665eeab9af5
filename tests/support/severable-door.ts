// A door to a server on loopback that can be shut as a broken network is: connections stand, nothing comes
// through, nobody is told. Opened again, it lets through what has waited, as TCP does.
import net from 'node:net';

export interface SeverableDoor {
  readonly port: number;
  /** From now on nothing passes, in either direction, on any connection. */
  cut(): void;
  mend(): void;
  /**
   * The hole ends for new connections only. Those that stood in it stay mute: TCP tries the longer apart the longer it has
   * lasted, up to two minutes, and a firewall may have forgotten them for good.
   */
  forget(): void;
  stop(): Promise<void>;
}

/** Opens one before this port. */
export async function startSeverableDoor(port: number): Promise<SeverableDoor> {
  const pairs = new Set<readonly [net.Socket, net.Socket]>();
  const forgotten = new Set<readonly [net.Socket, net.Socket]>();
  let shut = false;
  const pass = ([one, other]: readonly [net.Socket, net.Socket]): void => {
    one.resume();
    other.resume();
  };
  const server = net.createServer({ pauseOnConnect: true, noDelay: true }, (socket) => {
    const behind = net.connect({ port, host: '127.0.0.1', noDelay: true });
    behind.pause();
    const pair = [socket, behind] as const;
    pairs.add(pair);
    for (const [from, to] of [
      [socket, behind],
      [behind, socket],
    ] as const) {
      from.on('data', (chunk: Buffer) => to.write(chunk));
      from.on('error', () => to.destroy());
      from.on('close', () => {
        pairs.delete(pair);
        forgotten.delete(pair);
        to.destroy();
      });
    }
    if (shut) socket.pause();
    else pass(pair);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as net.AddressInfo).port,
    cut() {
      shut = true;
      for (const pair of pairs) for (const socket of pair) socket.pause();
    },
    mend() {
      shut = false;
      for (const pair of pairs) if (!forgotten.has(pair)) pass(pair);
    },
    forget() {
      shut = false;
      for (const pair of pairs) forgotten.add(pair);
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const pair of pairs) for (const socket of pair) socket.destroy();
      }),
  };
}
