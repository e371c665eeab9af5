// The pool on real connections: how many, when again, and what a failing relay costs.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RelayConnection } from '../../../src/delivery/connection.ts';
import { createConnectionPool, type ConnectionPool, type PoolOptions } from '../../../src/delivery/connection-pool.ts';
import { createRelay } from '../../../src/delivery/relay.ts';
import type { RelayConfig } from '../../../src/delivery/relay-config.ts';
import type { ConnectFailure } from '../../../src/domain/delivery-result.ts';
import { systemClock, type Clock } from '../../../src/runtime/clock.ts';
import { silentLogger } from '../../../src/runtime/logger.ts';
import { eventually } from '../../support/eventually.ts';
import { startRelay, type RelayOptions, type TestRelay } from '../../support/relay.ts';

const never = new AbortController().signal;
const envelope = { from: 'notice@example.com', to: 'jane@example.net' };
const letter = Buffer.from('Subject: a\r\n\r\nb\r\n');
let relay: TestRelay;
let pool: ConnectionPool;
let failures: ConnectFailure[];

beforeEach(() => {
  failures = [];
});

afterEach(async () => {
  pool.destroyAll();
  await relay.stop();
});

async function poolOn(
  options: RelayOptions = {},
  settings: Partial<PoolOptions> = {},
  config: Partial<RelayConfig> = {},
): Promise<void> {
  relay = await startRelay(options);
  const client = createRelay(
    { host: relay.host, port: relay.port, secure: false, tls: 'off', replyTimeoutMs: 5000, ...config },
    silentLogger,
  );
  pool = createConnectionPool(client, {
    max: 4,
    idleMs: 60_000,
    clock: systemClock,
    logger: silentLogger,
    onConnectFailure: (failure) => failures.push(failure),
    ...settings,
  });
}

async function acquired(signal: AbortSignal = never): Promise<RelayConnection> {
  const lent = await pool.acquire(signal);
  if (!lent.ok) throw new Error(`not lent: ${JSON.stringify(lent.failure)}`);
  return lent.connection;
}

/** A clock that only moves when told to. */
function handClock(): Clock & { passMs(ms: number): void } {
  let nowMs = 0;
  return { now: () => new Date(nowMs), monotonicMs: () => nowMs, passMs: (ms) => (nowMs += ms) };
}

describe('connection pool', () => {
  it('opens no more connections than the limit, and lends each to one at a time', async () => {
    await poolOn();
    const lent = new Set<RelayConnection>();
    const work = async (): Promise<void> => {
      for (let i = 0; i < 20; i += 1) {
        const connection = await acquired();
        expect(lent.has(connection)).toBe(false);
        lent.add(connection);
        expect(await connection.deliver(envelope, letter)).toMatchObject({ kind: 'replied', reply: { code: 250 } });
        lent.delete(connection);
        pool.release(connection);
      }
    };
    await Promise.all(Array.from({ length: 12 }, work));
    expect(relay.record.accepted).toBe(240);
    expect(relay.record.connectionsMs).toHaveLength(4);
  });

  it('opens one connection for one caller', async () => {
    await poolOn();
    for (let i = 0; i < 10; i += 1) {
      const connection = await acquired();
      await connection.deliver(envelope, letter);
      pool.release(connection);
      await eventually(() => pool.figures().idle === 1);
    }
    expect(relay.record.connectionsMs).toHaveLength(1);
  });

  it('never lends a connection again that the relay has ended', async () => {
    await poolOn();
    const first = await acquired();
    pool.release(first);
    await eventually(() => pool.figures().idle === 1);
    relay.dropConnections();
    await eventually(() => !first.usable);
    const second = await acquired();
    expect(second).not.toBe(first);
    expect(await second.deliver(envelope, letter)).toMatchObject({ kind: 'replied' });
  });

  it('lends a connection after a refusal only when it is reset', async () => {
    await poolOn(
      {
        script: [
          { stage: 'rcpt', when: { nth: 1 }, do: 'reply', reply: '550 5.1.1 unknown' },
          { stage: 'rset', do: 'delay', delayMs: 50 },
        ],
      },
      { max: 1 },
    );
    const first = await acquired();
    await first.deliver(envelope, letter);
    pool.release(first);
    const second = await acquired();
    expect(relay.record.commands.at(-1)).toBe('RSET');
    expect(await second.deliver(envelope, letter)).toMatchObject({ kind: 'replied', reply: { code: 250 } });
  });

  it('tries a wrong password once for any number of callers, and not again for a minute', async () => {
    const clock = handClock();
    await poolOn({ credentials: { user: 'u', password: 'right' } }, { clock }, { user: 'u', password: 'wrong' });
    const answers = await Promise.all(Array.from({ length: 10 }, () => pool.acquire(never)));
    expect(answers.every((answer) => !answer.ok && answer.failure.stage === 'auth')).toBe(true);
    expect(failures).toHaveLength(1);
    const late = new AbortController();
    const again = pool.acquire(late.signal);
    clock.passMs(59_000);
    expect(relay.record.connectionsMs).toHaveLength(1);
    pool.retryNow();
    expect(await again).toMatchObject({ ok: false });
    expect(relay.record.connectionsMs).toHaveLength(2);
  });

  it('tries a relay that is down with one connection at a time, with growing pauses, and goes on when it is back', async () => {
    await poolOn();
    await relay.stop();
    const answers = await Promise.all(Array.from({ length: 5 }, () => pool.acquire(never)));
    expect(answers.every((answer) => !answer.ok && answer.failure.loss === 'refused')).toBe(true);
    expect(failures).toHaveLength(1);
    await relay.start();
    const startMs = performance.now();
    const connection = await acquired();
    expect(performance.now() - startMs).toBeGreaterThan(350);
    expect(connection.usable).toBe(true);
  });

  it('makes do with the connections that a limiting relay allows, and reports no failure', async () => {
    await poolOn({ maxConnections: 2 });
    const first = await acquired();
    const second = await acquired();
    const third = pool.acquire(never);
    await eventually(() => pool.figures().limit === 2);
    expect(failures).toEqual([]);
    pool.release(second);
    expect(await third).toMatchObject({ ok: true });
    pool.release(first);
  });

  it('takes one or two refusals amid openings for no limit', async () => {
    await poolOn({
      script: [{ stage: 'greeting', when: { from: 2, upTo: 3 }, do: 'reply-then-drop', reply: '421 4.3.2 not now' }],
    });
    const first = await acquired();
    const second = await acquired();
    expect(pool.figures()).toMatchObject({ open: 2, limit: 4 });
    expect(failures).toEqual([]);
    expect(relay.record.connectionsMs).toHaveLength(4);
    pool.release(first);
    pool.release(second);
  });

  it('takes silence for no limit, and asks on', async () => {
    await poolOn(
      { script: [{ stage: 'greeting', when: { from: 2, upTo: 4 }, do: 'silence' }] },
      {},
      { replyTimeoutMs: 200 },
    );
    const first = await acquired();
    const second = await acquired();
    expect(pool.figures()).toMatchObject({ open: 2, limit: 4 });
    expect(failures).toEqual([]);
    pool.release(first);
    pool.release(second);
  });

  it('tries one more connection after a while', async () => {
    await poolOn({ maxConnections: 1 }, { lowerLimitMs: 100 });
    const first = await acquired();
    const second = pool.acquire(never);
    await eventually(() => pool.figures().limit === 1);
    await eventually(() => relay.record.connectionsMs.length >= 3);
    pool.release(first);
    expect(await second).toMatchObject({ ok: true });
  });

  it('stops waiting when the caller gives up', async () => {
    await poolOn({}, { max: 1 });
    const first = await acquired();
    const gone = new AbortController();
    const waiting = pool.acquire(gone.signal);
    gone.abort(new Error('paused'));
    await expect(waiting).rejects.toThrow('paused');
    pool.release(first);
    await eventually(() => pool.figures().idle === 1);
    await expect(pool.acquire(gone.signal)).rejects.toThrow('paused');
  });

  it('closes idle connections politely after a while', async () => {
    await poolOn({}, { idleMs: 50 });
    pool.release(await acquired());
    await eventually(() => relay.record.openConnections === 0);
    expect(relay.record.commands.at(-1)).toBe('QUIT');
    await eventually(() => pool.figures().open === 0);
  });

  it('drains: idle ones say QUIT, lent ones finish their letter', async () => {
    await poolOn({ script: [{ stage: 'after-body', do: 'delay', delayMs: 100 }] });
    const [busy, idle] = [await acquired(), await acquired()];
    pool.release(idle);
    await eventually(() => pool.figures().idle === 1);
    const running = busy.deliver(envelope, letter).finally(() => pool.release(busy));
    await pool.drain(5000);
    expect(await running).toMatchObject({ kind: 'replied', reply: { code: 250 } });
    expect(relay.record.commands.filter((line) => line === 'QUIT')).toHaveLength(2);
    await expect(pool.acquire(never)).rejects.toThrow('closed');
  });

  it('destroys what is still lent at the deadline, and the letter is known as possibly gone', async () => {
    await poolOn({ script: [{ stage: 'after-body', do: 'silence' }] });
    const busy = await acquired();
    const running = busy.deliver(envelope, letter);
    await eventually(() => relay.record.bodies.length === 1);
    await pool.drain(50);
    expect(await running).toMatchObject({ kind: 'lost', mayHaveGone: true });
    await eventually(() => relay.record.openConnections === 0);
  });

  it('opens the next connection while one is on the last letter that the relay takes over it', async () => {
    await poolOn({ script: [{ stage: 'after-body', when: { fromLetter: 1 }, do: 'reply-then-drop' }] });
    const send = async (): Promise<void> => {
      const connection = await acquired();
      expect(await connection.deliver(envelope, letter)).toMatchObject({ kind: 'replied', reply: { code: 250 } });
      await eventually(() => !connection.usable);
      pool.release(connection);
    };
    // Two that ended after as many letters.
    await send();
    await send();
    const last = await acquired();
    await eventually(() => expect(pool.figures()).toMatchObject({ open: 2, idle: 1, waiting: 0 }));
    expect(relay.record.mailFromsMs).toHaveLength(2);
    // Not one more for the same: there is one.
    const spare = await acquired();
    await eventually(() => expect(pool.figures()).toMatchObject({ open: 4, idle: 2, opening: 0 }));
    pool.release(spare);
    pool.release(last);
  });

  it('has as many at work as it may, also where each takes one letter only', async () => {
    await poolOn(
      {
        script: [
          { stage: 'after-body', when: { fromLetter: 1 }, do: 'reply-then-drop' },
          { stage: 'ehlo', do: 'delay', delayMs: 20 },
        ],
      },
      { max: 12 },
    );
    let most = 0;
    const work = async (): Promise<void> => {
      for (let sent = 0; sent < 5; sent += 1) {
        const connection = await acquired();
        await connection.deliver(envelope, letter);
        most = Math.max(most, pool.figures().open + pool.figures().opening);
        pool.release(connection);
      }
    };
    await Promise.all(Array.from({ length: 12 }, work));
    expect(most).toBe(12);
  });

  it('opens none in advance beyond the limit', async () => {
    await poolOn({ script: [{ stage: 'after-body', when: { fromLetter: 1 }, do: 'reply-then-drop' }] }, { max: 1 });
    for (let sent = 0; sent < 5; sent += 1) {
      const connection = await acquired();
      expect(await connection.deliver(envelope, letter)).toMatchObject({ kind: 'replied', reply: { code: 250 } });
      expect(pool.figures()).toMatchObject({ open: 1, opening: 0 });
      await eventually(() => !connection.usable);
      pool.release(connection);
    }
    expect(relay.record.mostOpenConnections).toBe(1);
  });

  it('leaves no listeners behind after thousands of letters', async () => {
    const warnings: Error[] = [];
    const onWarning = (warning: Error): number => warnings.push(warning);
    process.on('warning', onWarning);
    await poolOn({ record: 'count' }, { max: 2 });
    const controller = new AbortController();
    const work = async (): Promise<void> => {
      for (let i = 0; i < 1000; i += 1) {
        const connection = await acquired(controller.signal);
        await connection.deliver(envelope, letter);
        pool.release(connection);
      }
    };
    await Promise.all([work(), work(), work()]);
    process.off('warning', onWarning);
    expect(relay.record.accepted).toBe(3000);
    expect(warnings).toEqual([]);
  });
});
