// A rate held through everything that may disturb it: a start, workers that come and go, a pause, a queue that is
// wiped. Judged by what the relay read, part by part: at least `leastUse` of the limit, and never more than it.
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { exportedNotices } from '../support/exported.ts';
import { person } from '../support/people.ts';
import { runCandor } from '../support/program.ts';
import { audit, secondsFrom, type Findings, type SeenByRelay } from './audit.ts';
import { startFleet, type Fleet } from './fleet.ts';
import type { ChaosOptions } from './options.ts';
import { launch, openSite, statusOf, type Site } from './site.ts';

export interface HeldRatePart {
  readonly name: string;
  readonly mailFroms: number;
  /** Share of the limit. */
  readonly used: number;
  readonly mostInOneSecond: number;
}

export interface HeldRateReport {
  readonly findings: Findings;
  readonly parts: readonly HeldRatePart[];
  /** From the answer of `candor pause` to the last MAIL FROM; negative when that was before. */
  readonly pausedAfterMs: number;
  /** From the start of `candor resume`, which takes a while itself, to the next MAIL FROM. */
  readonly resumedAfterMs: number;
  /** The longest time without a MAIL FROM after the wipe; null without Redis. */
  readonly silentAfterWipeMs: number | null;
  readonly troubles: readonly string[];
  readonly folder: string;
}

/** Of the limit, in each part. */
export const leastUse = 0.97;
/** A pause is complete within this after its answer. */
const pauseWithinMs = 1_000;
const pausedForMs = 3_000;
/** So long may the queue's loss keep letters waiting: it is noticed within one round of the reconciler, which is 10 s. */
const wipeSilenceMs = 12_000;
/** Beside the parts: the letters that leave before the last one begins. */
const betweenMs = 15_000;
const patienceMs = 120_000;

/** Runs it to the end of its campaign. */
export async function holdRate(options: ChaosOptions, perSecond: number, signal: AbortSignal): Promise<HeldRateReport> {
  const site = await openSite(options, { RETRY_SCHEDULE: '2s,5s' });
  try {
    return await new Course(site, options, perSecond, signal).run();
  } finally {
    await site.close();
  }
}

class Course {
  readonly #site: Site;
  readonly #perSecond: number;
  readonly #partMs: number;
  readonly #signal: AbortSignal;
  readonly #fleets = new Map<string, Fleet>();
  readonly #troubles: string[] = [];
  /** Begin of each part, in milliseconds since 1970. */
  readonly #parts: { readonly name: string; readonly fromMs: number }[] = [];

  constructor(site: Site, options: ChaosOptions, perSecond: number, signal: AbortSignal) {
    this.#site = site;
    this.#perSecond = perSecond;
    this.#partMs = options.partSeconds * 1_000;
    this.#signal = signal;
  }

  async run(): Promise<HeldRateReport> {
    const { env, folder, redis, relay } = this.#site;
    const parts = redis === null ? 3 : 4;
    // Of one audience: while the unaffected wait for the last affected on the wire, no notice is due.
    const asked = Array.from(
      { length: Math.ceil((this.#perSecond * (parts * this.#partMs + betweenMs)) / 1_000) },
      (_, nth) => person(nth, { audience: 'affected' }),
    );
    const campaign = await launch(this.#site, asked, this.#perSecond);

    this.#come('worker-1');
    this.#begin('start, a second worker comes', await this.#nextMailFrom(0));
    await this.#wait(this.#partMs / 3);
    this.#come('worker-2');
    await this.#untilOver();

    this.#begin('workers come and go');
    await this.#wait(this.#partMs / 6);
    await this.#fleets.get('worker-1')?.killAll();
    await this.#wait(this.#partMs / 6);
    this.#come('worker-3');
    await this.#wait(this.#partMs / 3);
    await this.#fleets.get('worker-2')?.stop();
    await this.#untilOver();

    const { pausedAfterMs, resumedAfterMs } = await this.#pause(campaign);
    await this.#untilOver();

    let wipedAtMs: number | null = null;
    if (redis !== null) {
      await redis.client.flushall();
      wipedAtMs = now();
    }
    // Each asking of `candor status` is a process: not while the last part is being measured.
    await this.#until(async () => (await relay.look()).accepted >= asked.length, patienceMs + 3 * this.#partMs);
    await this.#until(async () => (await statusOf(this.#site, campaign)).state === 'finished', patienceMs);
    const { state } = await statusOf(this.#site, campaign);
    if (state !== 'finished') this.#troubles.push(`the campaign is ${state}`);
    for (const fleet of this.#fleets.values()) {
      await fleet.stop();
      for (const [code, many] of fleet.endedAlone())
        this.#troubles.push(`${many} processes ended by themselves: ${code}`);
    }
    const seen = await relay.record();
    const silentAfterWipeMs = wipedAtMs === null ? null : this.#beginAfterSilence(wipedAtMs, seen);
    const findings = audit(
      asked.map(({ email }) => email),
      seen,
      await exportedNotices(env, campaign, join(folder, 'export')),
      { perSecond: this.#perSecond },
    );
    return {
      findings,
      parts: this.#parts.map((part) => this.#judge(part, seen)),
      pausedAfterMs,
      resumedAfterMs,
      silentAfterWipeMs,
      troubles: this.#troubles,
      folder,
    };
  }

  async #pause(campaign: string): Promise<{ pausedAfterMs: number; resumedAfterMs: number }> {
    await this.#command('pause', campaign);
    const pausedAtMs = now();
    await this.#wait(pausedForMs);
    const pausedAfterMs = (await this.#site.relay.look()).lastMailFromMs - pausedAtMs;
    if (pausedAfterMs > pauseWithinMs) this.#troubles.push(`MAIL FROM ${Math.round(pausedAfterMs)} ms after the pause`);
    const resumedAtMs = now();
    await this.#command('resume', campaign, '--detach');
    const firstMs = await this.#nextMailFrom(resumedAtMs);
    this.#begin('after a pause', firstMs);
    return { pausedAfterMs, resumedAfterMs: firstMs - resumedAtMs };
  }

  /** The part after the wipe begins where the letters that were at hand had left, and the queue was full again. */
  #beginAfterSilence(wipedAtMs: number, { mailFromsMs }: SeenByRelay): number {
    const reads = mailFromsMs
      .map(([, read]) => read)
      .filter((read) => read >= wipedAtMs)
      .toSorted((a, b) => a - b);
    let longest = { ms: 0, endMs: wipedAtMs };
    reads.forEach((read, nth) => {
      const before = reads[nth - 1] ?? wipedAtMs;
      if (read < wipedAtMs + wipeSilenceMs && read - before > longest.ms) longest = { ms: read - before, endMs: read };
    });
    this.#begin('after the queue was wiped', longest.endMs);
    return longest.ms;
  }

  #judge(
    { name, fromMs }: { readonly name: string; readonly fromMs: number },
    { mailFromsMs }: SeenByRelay,
  ): HeldRatePart {
    const within = mailFromsMs.filter(([, read]) => read >= fromMs && read < fromMs + this.#partMs);
    const used = within.length / ((this.#perSecond * this.#partMs) / 1_000);
    if (used < leastUse) this.#troubles.push(`${name}: ${(used * 100).toFixed(1)} % of the limit`);
    return {
      name,
      mailFroms: within.length,
      used,
      mostInOneSecond: secondsFrom(within).reduce((most, many) => Math.max(most, many), 0),
    };
  }

  #come(name: string): void {
    this.#fleets.set(name, startFleet(new Map([[name, ['worker']]]), this.#site.env, this.#site.logs));
  }

  #begin(name: string, fromMs = now()): void {
    this.#parts.push({ name, fromMs });
  }

  /** Until the part that has begun last is over. */
  async #untilOver(): Promise<void> {
    await this.#wait((this.#parts.at(-1)?.fromMs ?? 0) + this.#partMs - now());
  }

  async #nextMailFrom(afterMs: number): Promise<number> {
    await this.#until(async () => (await this.#site.relay.look()).lastMailFromMs > afterMs, patienceMs);
    return (await this.#site.relay.look()).lastMailFromMs;
  }

  async #command(...args: readonly string[]): Promise<void> {
    const ended = await runCandor([...args, '--json'], this.#site.env);
    if (ended.code !== 0) this.#troubles.push(`candor ${args[0]} ended with ${ended.code}`);
  }

  async #until(is: () => Promise<boolean>, atMostMs: number): Promise<void> {
    const end = now() + atMostMs;
    while (!this.#signal.aborted && now() < end && !(await is())) await sleep(20);
  }

  async #wait(ms: number): Promise<void> {
    await sleep(Math.max(0, ms), undefined, { signal: this.#signal }).catch(() => undefined);
  }
}

/** Milliseconds since 1970, finer than a millisecond. */
function now(): number {
  return performance.timeOrigin + performance.now();
}
