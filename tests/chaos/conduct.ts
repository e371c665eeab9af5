// A chaos run from its first process to its judgement. One seed decides every choice; the moments at which
// they fall are the machine's, so a seed repeats a run in kind and not to the millisecond.
//
// Three things go on at once until the campaign is finished: blows (processes are killed and come back), the
// relay's weather, and the operator, who resumes what a fault has held, as docs/OPERATIONS.md says.
import { appendFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '../../src/ledger/database.ts';
import { exportedNotices } from '../support/exported.ts';
import { people } from '../support/people.ts';
import { runCandor } from '../support/program.ts';
import { randomFrom } from '../support/random.ts';
import { freePort } from '../support/redis.ts';
import { audit, mustBeNone, type Findings } from './audit.ts';
import { consoleName, nextBlow, recoverySeconds, workers, type Blow } from './blows.ts';
import type { ChaosRelay } from './chaos-relay.ts';
import { startFleet, type Fleet } from './fleet.ts';
import { limitedDomain, type ChaosOptions } from './options.ts';
import { launch, openSite, statusOf, type Site } from './site.ts';
import { calm, nextWeather, replyTimeoutMs } from './weather.ts';

export interface ChaosReport {
  readonly findings: Findings;
  readonly seconds: number;
  /** How often each thing was struck: `worker SIGKILL`, `redis`, `everything` … */
  readonly blows: ReadonlyMap<string, number>;
  /** Processes killed with SIGKILL; `everything` counts each of its own. */
  readonly kills: number;
  /** How often the relay was in each mood. */
  readonly weathers: ReadonlyMap<string, number>;
  /** Holds that the operator resumed, by reason. */
  readonly holds: ReadonlyMap<string, number>;
  /** From the kill of everything to the next MAIL FROM. */
  readonly recoveriesMs: readonly number[];
  /** Processes that ended by themselves, by the code that they gave. */
  readonly endedAlone: ReadonlyMap<string, number>;
  /** What should not have happened at all: never finished, not recovered, held for a reason that nothing gave. */
  readonly troubles: readonly string[];
  /** Null when it was removed. */
  readonly folder: string | null;
}

/** Holds that the faults of this run give reason for. */
const provoked: ReadonlySet<string> = new Set(['relay-unreachable', 'relay-denied', 'content-refused', 'quota-spent']);
/** What a process may end with by itself: it started while one of them was away. */
const awayAtStart: ReadonlySet<string> = new Set(['ledger-unreachable', 'redis-unreachable']);
const recoveryLimitMs = 90_000;
const patienceMs = 8_000;

/** Runs it. `say` gets a line now and then; the signal ends it early, with everything that it started. */
export async function conductChaos(
  options: ChaosOptions,
  say: (line: string) => void,
  signal: AbortSignal,
): Promise<ChaosReport> {
  const site = await openSite(options, {
    SMTP_REPLY_TIMEOUT: `${replyTimeoutMs / 1_000}s`,
    RECOVERY_SECONDS: String(recoverySeconds),
    RETRY_SCHEDULE: options.short ? '1s,2s,4s' : '2s,3s,5s,8s,13s',
    RETRY_FOR: '1h',
    PORT: String(await freePort()),
    ...(options.domainLimit === null ? {} : { RATE_PER_DOMAIN: `${limitedDomain}=${options.domainLimit}/s` }),
  });
  try {
    const report = await new Run(options, site, say).toTheEnd(signal);
    const spotless = !options.keep && isSpotless(report);
    if (spotless) rmSync(site.folder, { recursive: true, force: true });
    return { ...report, folder: spotless ? null : site.folder };
  } finally {
    await site.close();
  }
}

/** True when nothing is wrong that must be right. */
export function isSpotless({ findings, troubles }: Pick<ChaosReport, 'findings' | 'troubles'>): boolean {
  return troubles.length === 0 && breaches(findings).length === 0;
}

/** The findings that must be 0 and are not. */
export function breaches(findings: Findings): string[] {
  return mustBeNone.filter((name) => findings[name] > 0);
}

class Run {
  readonly #options: ChaosOptions;
  readonly #site: Site;
  readonly #say: (line: string) => void;
  readonly #blows = new Map<string, number>();
  readonly #weathers = new Map<string, number>();
  readonly #holds = new Map<string, number>();
  readonly #recoveriesMs: number[] = [];
  readonly #troubles: string[] = [];
  /** Aborted when the run is over; `#quiet` already when nothing is broken any more and the rest has to go by itself. */
  readonly #ended = new AbortController();
  readonly #quiet = new AbortController();
  #kills = 0;
  #struckAt = 0;
  /** While it is set the relay is well-behaved. */
  #calmed = 0;
  #campaign = '';
  /** A server that is down, until it is back. */
  readonly #down = new Map<'redis' | 'postgres', Promise<void>>();

  constructor(options: ChaosOptions, site: Site, say: (line: string) => void) {
    this.#options = options;
    this.#site = site;
    this.#say = say;
  }

  async toTheEnd(signal: AbortSignal): Promise<Omit<ChaosReport, 'folder'>> {
    signal.addEventListener('abort', () => this.#end('interrupted'), { once: true });
    const { folder, logs, env, relay, postgres } = this.#site;
    const asked = people(this.#options.notices);
    this.#campaign = await launch(this.#site, asked, this.#options.ratePerSecond);
    const ledger = await postgres.open();
    const fleet = startFleet(
      new Map<string, string[]>([
        ...workers.map((name) => [name, ['worker']] as [string, string[]]),
        [consoleName, ['serve']],
      ]),
      env,
      logs,
    );
    const startedAt = now();
    this.#ended.signal.addEventListener('abort', () => this.#quiet.abort(), { once: true });
    const { blowsForMs, quietForMs, ratePerSecond, domainLimit } = this.#options;
    const timers = [
      setTimeout(() => this.#quiet.abort(), blowsForMs),
      setTimeout(
        () => this.#end(`the campaign was not finished ${quietForMs / 1_000} s after the last blow`),
        blowsForMs + quietForMs,
      ),
    ];
    const all = await Promise.allSettled(
      [this.#operate(ledger), this.#strike(fleet), this.#makeWeather(relay)].map((each) =>
        each.catch((error: unknown) => this.#fail(error)),
      ),
    );
    for (const timer of timers) clearTimeout(timer);
    await ledger.close().catch(() => undefined);
    for (const one of all) if (one.status === 'rejected') throw one.reason;
    const seconds = (now() - startedAt) / 1_000;
    await Promise.all(this.#down.values());
    await fleet.stop();
    const seen = await relay.record();
    writeFileSync(join(folder, 'relay.json'), JSON.stringify(seen));
    const findings = audit(
      asked.map(({ email }) => email),
      seen,
      await exportedNotices(env, this.#campaign, join(folder, 'export')),
      {
        perSecond: ratePerSecond,
        ...(domainLimit === null ? {} : { domain: { name: limitedDomain, perSecond: domainLimit } }),
      },
    );
    await this.#checkAccount(findings);
    for (const [code, many] of fleet.endedAlone())
      if (!awayAtStart.has(code)) this.#troubles.push(`${many} processes ended by themselves: ${code}`);
    return {
      findings,
      seconds,
      blows: this.#blows,
      kills: this.#kills,
      weathers: this.#weathers,
      holds: this.#holds,
      recoveriesMs: this.#recoveriesMs,
      endedAlone: fleet.endedAlone(),
      troubles: this.#troubles,
    };
  }

  /** Looks at the campaign, resumes what is held, and ends the run when it is finished. */
  async #operate(ledger: Database): Promise<void> {
    while (!this.#ended.signal.aborted) {
      await sleep(500);
      const seen = await ledger
        .query<{ state: string; reason: string | null }>({
          text: 'select state, reason from candor.campaign where id = $1',
          values: [this.#campaign],
        })
        .catch(() => null);
      const campaign = seen?.rows[0];
      if (campaign?.state === 'finished') this.#ended.abort();
      if (campaign?.state !== 'held') continue;
      const reason = campaign.reason ?? 'nothing';
      if (!provoked.has(reason)) this.#troubles.push(`the campaign was held for ${reason}`);
      await this.#inCalm(async () => {
        const resumed = await runCandor(['resume', this.#campaign, '--detach', '--json'], this.#site.env);
        if (resumed.code === 0) count(this.#holds, reason);
        this.#log(`resumed after ${reason}: exit ${resumed.code}`);
      });
    }
  }

  async #strike(fleet: Fleet): Promise<void> {
    const random = randomFrom(this.#options.seed);
    const { dueEvery, pauseMs } = this.#options;
    const [least, most] = pauseMs;
    // Of everything and of the queue's contents there is at least one, whatever the seed.
    const due: Blow[] = [
      { on: 'everything' },
      ...(this.#options.queue === 'redis' ? [{ on: 'queue-contents' } as const] : []),
    ];
    for (let nth = 1; !this.#quiet.signal.aborted; nth += 1) {
      await this.#pause(least + random.below(most - least));
      await this.#atWork();
      if (this.#quiet.signal.aborted) return;
      const chosen = nextBlow(random, this.#options.queue);
      await this.#deal((nth % dueEvery === Math.floor(dueEvery / 2) ? due.shift() : undefined) ?? chosen, fleet);
    }
  }

  /** A blow falls on a system at work: waits for a MAIL FROM since the last one, on a slow machine for a while only. */
  async #atWork(): Promise<void> {
    const until = now() + patienceMs;
    while (
      now() < until &&
      !this.#quiet.signal.aborted &&
      (await this.#site.relay.look()).lastMailFromMs <= this.#struckAt
    )
      await sleep(20);
    if (now() >= until) this.#log('no MAIL FROM since the last blow');
    this.#struckAt = now();
  }

  #log(line: string): void {
    appendFileSync(join(this.#site.logs, 'conductor.log'), `${new Date().toISOString()} ${line}\n`);
  }

  async #deal(blow: Blow, fleet: Fleet): Promise<void> {
    this.#log(JSON.stringify(blow));
    switch (blow.on) {
      case 'worker':
      case 'console':
        if (!fleet.strike(blow.name, blow.signal, blow.backInMs)) return;
        if (blow.signal === 'SIGKILL') this.#kills += 1;
        return count(this.#blows, `${blow.on} ${blow.signal}`);
      case 'redis':
      case 'postgres':
        return this.#crash(blow.on, blow.backInMs);
      case 'queue-contents':
        await this.#down.get('redis');
        await this.#site.redis?.client.flushall();
        return count(this.#blows, 'FLUSHALL');
      case 'everything':
        return this.#crashAll(fleet);
    }
  }

  async #crash(server: 'redis' | 'postgres', backInMs: number): Promise<void> {
    if (this.#down.has(server)) return;
    // An embedded Postgres that nobody has started again yet is not killed twice.
    if ((await this.#site[server]?.kill()) === false) return;
    this.#kills += 1;
    count(this.#blows, `${server} SIGKILL`);
    const back = this.#pause(backInMs)
      .then(() => this.#site[server]?.start())
      .catch((error: unknown) => this.#fail(error))
      .finally(() => this.#down.delete(server));
    this.#down.set(server, back);
  }

  /** Everything dies in one moment, and everything is started again at once. Measures the time to the next MAIL FROM. */
  async #crashAll(fleet: Fleet): Promise<void> {
    await Promise.all(this.#down.values());
    const { postgres, redis, relay } = this.#site;
    await this.#inCalm(async () => {
      const [processes, killed] = await Promise.all([fleet.killAll(), postgres.kill(), redis?.kill()]);
      this.#kills += processes + (killed ? 1 : 0) + (redis === null ? 0 : 1);
      count(this.#blows, 'everything');
      const killedAt = now();
      fleet.start();
      await Promise.all([postgres.start(), redis?.start()]);
      for (;;) {
        const { lastMailFromMs } = await relay.look();
        if (lastMailFromMs > killedAt) {
          this.#recoveriesMs.push(lastMailFromMs - killedAt);
          return;
        }
        if (this.#ended.signal.aborted) return;
        if (now() - killedAt > recoveryLimitMs) {
          this.#troubles.push(`no MAIL FROM within ${recoveryLimitMs / 1_000} s after everything was killed`);
          return;
        }
        await sleep(20);
      }
    });
  }

  async #makeWeather(relay: ChaosRelay): Promise<void> {
    const random = randomFrom(this.#options.seed + 1);
    while (!this.#quiet.signal.aborted) {
      for (const weather of [calm, nextWeather(random)]) {
        const [least, most] = weather.forMs;
        const forMs = least + random.below(most - least);
        if (this.#quiet.signal.aborted) break;
        if (this.#calmed === 0 || weather === calm) {
          await relay.turn(weather);
          count(this.#weathers, weather.name);
          this.#say(`${this.#kills} kills, relay: ${weather.name}`);
          this.#log(`relay: ${weather.name}`);
        }
        const until = now() + forMs;
        while (now() < until && !this.#quiet.signal.aborted && (this.#calmed === 0 || weather === calm))
          await this.#pause(50);
      }
    }
    await relay.turn(calm);
  }

  /** The relay is well-behaved while the work goes on. */
  async #inCalm(work: () => Promise<void>): Promise<void> {
    this.#calmed += 1;
    try {
      await this.#site.relay.turn(calm);
      await work();
    } finally {
      this.#calmed -= 1;
    }
  }

  /** What `candor status` says must be what the export counts. */
  async #checkAccount(findings: Findings): Promise<void> {
    const { notices, states } = await statusOf(this.#site, this.#campaign);
    const sum = Object.values(states).reduce((total, many) => total + many, 0);
    if (notices !== findings.notices || sum !== notices || states.accepted !== findings.accepted)
      this.#troubles.push('the account of `candor status` is not that of the export');
  }

  /** Waits, or until it gets quiet. */
  async #pause(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.#quiet.signal }).catch(() => undefined);
  }

  #end(trouble: string): void {
    this.#troubles.push(trouble);
    this.#ended.abort();
  }

  #fail(error: unknown): never {
    this.#ended.abort();
    throw error;
  }
}

/** Milliseconds since 1970, finer than a millisecond. */
function now(): number {
  return performance.timeOrigin + performance.now();
}

function count(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}
