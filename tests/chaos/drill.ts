// A drill: one long outage, as long as in life, with the lease that people use (RECOVERY_SECONDS=60). Postgres or
// Redis away, or one worker cut off from Postgres alone without a word while another takes over; or a black hole, in which
// everybody's packets to one server vanish, and whose end no connection outlives that stood in it.
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
/** Behind which address the door stands; for the others none is needed. */
const doors: Readonly<Partial<Record<NonNullable<ChaosOptions['drill']>, string>>> = {
  'hole-redis': 'REDIS_URL',
  'hole-relay': 'SMTP_URL',
};
const patienceMs = 600_000;

/** Runs it to the end of its campaign. */
export async function holdDrill(options: ChaosOptions, signal: AbortSignal): Promise<DrillReport> {
  const { drill, outageSeconds } = options;
  // What was on the wire when a relay falls silent is waited for: by RFC 5321 for ten minutes, which no drill needs to last.
  const settings: Readonly<Record<string, string>> = drill === 'hole-relay' ? { SMTP_REPLY_TIMEOUT: '60s' } : {};
  const site = await openSite(
    { queue: 'redis', ledger: 'given', seed: options.seed },
    { RETRY_SCHEDULE: '2s,5s', ...settings },
  );
  const behind = doors[drill ?? 'cut-off'] ?? 'DATABASE_URL';
  const url = new URL(site.env[behind] ?? '');
  const door = await startSeverableDoor(Number(url.port));
  url.port = String(door.port);
  const hole = drill?.startsWith('hole-') === true;
  const cutOff = drill === 'cut-off';
  const through = cutOff || hole ? { ...site.env, [behind]: url.href.replace(/\/$/, '') } : site.env;
  // Cut off, the other one works on: there must be something left when the first comes back.
  const asked = people(perSecond * (60 + (cutOff ? outageSeconds + 30 : 0)));
  try {
    // The launch freezes the relay's address.
    const campaign = await launch({ ...site, env: hole ? through : site.env }, asked, perSecond);
    // Slow enough that an outage finds letters on the wire.
    await site.relay.turn({
      name: 'slow',
      weight: 0,
      forMs: [0, 0],
      steps: [{ stage: 'after-body', do: 'delay', delayMs: 200 }],
    });
    const fleets = [
      startFleet(new Map([['worker-1', ['worker']]]), through, site.logs),
      startFleet(new Map([['worker-2', ['worker']]]), hole ? through : site.env, site.logs),
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
    else if (hole) door.forget();
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
