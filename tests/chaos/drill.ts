// A drill: one long outage, as long as in life, with the lease that people use (RECOVERY_SECONDS=60). Postgres or
// Redis away, or one worker cut off from Postgres alone without a word while another takes over.
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { exportedNotices } from '../support/exported.ts';
import { people } from '../support/people.ts';
import { startSeverableDoor } from '../support/severable-door.ts';
import { audit, type Findings } from './audit.ts';
import { startFleet } from './fleet.ts';
import type { ChaosOptions } from './options.ts';
import { launch, openSite, statusOf } from './site.ts';

export interface DrillReport {
  readonly findings: Findings;
  readonly seconds: number;
  /** MAIL FROM while the outage lasted. */
  readonly duringOutage: number;
  /** From its end to the next MAIL FROM. */
  readonly backAfterMs: number;
  readonly maybeAccepted: number;
  readonly troubles: readonly string[];
  readonly folder: string;
}

const perSecond = 20;
const patienceMs = 600_000;

/** Runs it to the end of its campaign. */
export async function holdDrill(options: ChaosOptions, signal: AbortSignal): Promise<DrillReport> {
  const { drill, outageSeconds } = options;
  const site = await openSite({ queue: 'redis', ledger: 'given', seed: options.seed }, { RETRY_SCHEDULE: '2s,5s' });
  const url = new URL(site.env['DATABASE_URL'] ?? '');
  const door = await startSeverableDoor(Number(url.port));
  url.port = String(door.port);
  const cutOff = drill === 'cut-off';
  // Cut off, the other one works on: there must be something left when the first comes back.
  const asked = people(perSecond * (60 + (cutOff ? outageSeconds + 30 : 0)));
  try {
    const campaign = await launch(site, asked, perSecond);
    // Slow enough that an outage finds letters on the wire.
    await site.relay.turn({
      name: 'slow',
      weight: 0,
      forMs: [0, 0],
      steps: [{ stage: 'after-body', do: 'delay', delayMs: 200 }],
    });
    const fleets = [
      startFleet(
        new Map([['worker-1', ['worker']]]),
        cutOff ? { ...site.env, DATABASE_URL: url.href } : site.env,
        site.logs,
      ),
      startFleet(new Map([['worker-2', ['worker']]]), site.env, site.logs),
    ];
    const startedAt = performance.now();
    const waitFor = async (is: () => Promise<boolean>, everyMs = 50): Promise<void> => {
      const until = performance.now() + patienceMs;
      while (!signal.aborted && performance.now() < until && !(await is())) await sleep(everyMs);
    };
    await waitFor(async () => (await site.relay.look()).accepted >= perSecond * 15);
    if (drill === 'postgres-away') await site.postgres.kill();
    else if (drill === 'redis-away') await site.redis?.kill();
    else door.cut();
    const awayFromMs = performance.timeOrigin + performance.now();
    await sleep(outageSeconds * 1_000, undefined, { signal }).catch(() => undefined);
    const backAtMs = performance.timeOrigin + performance.now();
    if (drill === 'postgres-away') await site.postgres.start();
    else if (drill === 'redis-away') await site.redis?.start();
    else door.mend();
    await waitFor(async () => (await site.relay.look()).lastMailFromMs > backAtMs);
    const backAfterMs = (await site.relay.look()).lastMailFromMs - backAtMs;
    await waitFor(async () => (await statusOf(site, campaign)).state === 'finished', 1_000);
    const { state, maybeAccepted } = await statusOf(site, campaign);
    const seconds = (performance.now() - startedAt) / 1_000;
    for (const fleet of fleets) await fleet.stop();
    const seen = await site.relay.record();
    const findings = audit(
      asked.map(({ email }) => email),
      seen,
      await exportedNotices(site.env, campaign, join(site.folder, 'export')),
      { perSecond },
    );
    const troubles = [
      ...(state === 'finished' ? [] : [`the campaign is ${state}`]),
      ...fleets.flatMap((fleet) =>
        [...fleet.endedAlone()].map(([code, many]) => `${many} processes ended by themselves: ${code}`),
      ),
    ];
    return {
      findings,
      seconds,
      duringOutage: seen.mailFromsMs.filter(([, read]) => read > awayFromMs && read < backAtMs).length,
      backAfterMs,
      maybeAccepted,
      troubles,
      folder: site.folder,
    };
  } finally {
    await door.stop();
    await site.close();
  }
}
