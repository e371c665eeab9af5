// Promise 7 at a relay that takes its time: as many connections as the rate needs. Judged by the relay's record.
import { expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { affected, notExactlyOnce } from '../support/people.ts';
import { watchedAllowance } from '../support/rate-allowance.ts';
import { scenarioWorld } from '../support/world.ts';

const world = scenarioWorld();

// As many connections as 200 a second need at a relay 50 ms away, at a twentieth of the work: a slot of this rate may
// be used 114 ms late, so that what is judged is the number of connections and not the processor.
test(
  'a relay that takes four seconds for each letter gets ten a second, from the forty connections that this needs',
  { retry: 2 },
  async () => {
    const allowed = watchedAllowance();
    const relay = await world.relay({
      record: 'digest',
      script: [{ stage: 'after-body', do: 'delay', delayMs: 4_000 }],
    });
    const site = await world.site({ relay, settings: { RATE_PER_SECOND: '10' } });
    const everybody = affected(120);
    const sending = site.startSend(world.file(everybody));
    // The start is over when the first have been answered: before, nobody knows how long a letter takes.
    const fromMs = await eventually(() => relay.record.mailFromsMs[40], { timeoutMs: 30_000 });

    const ended = await sending.outcome;
    expect(ended.code).toBe(0);
    expect(notExactlyOnce(relay, everybody)).toEqual([]);
    const times = relay.record.mailFromsMs.filter((time) => time >= (fromMs ?? 0));
    const perSecond = (times.length - 1) / (((times.at(-1) ?? 0) - (times[0] ?? 0)) / 1000);
    expect(perSecond).toBeGreaterThanOrEqual(10 * 0.97);
    expect(relay.record.mostMailFromsWithin(1_000)).toBeLessThanOrEqual(allowed(10));
    expect(relay.record.mostOpenConnections).toBeGreaterThanOrEqual(38);
    expect(relay.record.mostOpenConnections).toBeLessThanOrEqual(100);
  },
);
