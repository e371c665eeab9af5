// Server-sent events for whoever watches a campaign. Promises: one reader per campaign and process, however many
// watch; what it reads is passed on in the order in which it was read, so figures never jump back; nothing is
// read while nobody watches; a stream ends within seconds of its watcher's session or token.
import type { FastifyReply, FastifyRequest } from 'fastify';

export interface LiveFigures {
  /** Streams what changes to this reply until it or the server ends. */
  stream(key: string, request: FastifyRequest, reply: FastifyReply): void;
  /** Ends every stream. */
  close(): void;
}

interface Channel {
  /** Each with the question whether it may still watch. */
  readonly watchers: Map<FastifyReply, () => Promise<boolean>>;
  timer: NodeJS.Timeout | null;
  last: string | null;
  seq: number;
}

/** A comment now and then keeps proxies from closing an idle stream. */
const heartbeatMs = 15_000;
/** Looks between two questions whether the watchers are still signed in: every two seconds. */
const looksPerCheck = 4;

/**
 * @param read the figures as they are now, in one line or several; null ends the streams of this key
 */
export function createLiveFigures(read: (key: string) => Promise<string | null>, everyMs = 500): LiveFigures {
  const channels = new Map<string, Channel>();

  const end = (key: string): void => {
    const channel = channels.get(key);
    if (channel === undefined) return;
    channels.delete(key);
    if (channel.timer !== null) clearTimeout(channel.timer);
    for (const reply of channel.watchers.keys()) reply.raw.end();
  };

  const dismiss = (channel: Channel): Promise<unknown> =>
    Promise.all(
      [...channel.watchers].map(async ([reply, still]) => {
        if (await still()) return;
        channel.watchers.delete(reply);
        reply.raw.end();
      }),
    );

  const tick = async (key: string, channel: Channel, sinceMs: number, looks = 1): Promise<void> => {
    let quietMs = sinceMs;
    try {
      if (looks % looksPerCheck === 0) await dismiss(channel);
      const figures = await read(key);
      if (figures === null) return end(key);
      if (figures !== channel.last) {
        channel.last = figures;
        channel.seq += 1;
        for (const reply of channel.watchers.keys()) write(reply, eventOf(channel));
        quietMs = 0;
      } else if (quietMs >= heartbeatMs) {
        for (const reply of channel.watchers.keys()) write(reply, ': here\n\n');
        quietMs = 0;
      }
    } catch {
      // The ledger is away: what is shown stays, and the next look may find it back.
    }
    if (channels.get(key) === channel)
      channel.timer = setTimeout(() => void tick(key, channel, quietMs + everyMs, looks + 1), everyMs);
  };

  return {
    stream(key, request, reply) {
      let channel = channels.get(key);
      const first = channel === undefined;
      channel ??= { watchers: new Map(), timer: null, last: null, seq: 0 };
      channels.set(key, channel);
      const mine = channel;
      void reply.hijack();
      for (const [name, value] of Object.entries(reply.getHeaders()))
        if (value !== undefined) reply.raw.setHeader(name, value);
      reply.raw.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'x-accel-buffering': 'no' });
      write(reply, 'retry: 2000\n\n');
      mine.watchers.set(reply, request.signedIn?.still ?? (() => Promise.resolve(false)));
      if (mine.last !== null) write(reply, eventOf(mine));
      request.raw.once('close', () => {
        mine.watchers.delete(reply);
        if (mine.watchers.size === 0 && channels.get(key) === mine) end(key);
      });
      if (first) void tick(key, mine, 0);
    },
    close() {
      for (const key of channels.keys()) end(key);
    },
  };
}

function eventOf(channel: Channel): string {
  return `id: ${channel.seq}\n${(channel.last ?? '')
    .split('\n')
    .map((line) => `data: ${line}\n`)
    .join('')}\n`;
}

/** Octets a watcher may be behind; one who reads nothing is cut off, and comes back by itself. */
const mostBehind = 262_144;

function write(reply: FastifyReply, text: string): void {
  if (reply.raw.writableLength > mostBehind) reply.raw.destroy();
  else reply.raw.write(text);
}
