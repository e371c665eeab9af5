// A soak: very many notices in one go through a relay with light faults, nothing killed, and a look at the memory
// of every process all the way. What a process keeps must not grow with what it has sent.
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { exportedNotices } from '../support/exported.ts';
import { people } from '../support/people.ts';
import { freePort } from '../support/redis.ts';
import { audit, type Findings } from './audit.ts';
import { startFleet } from './fleet.ts';
import { launch, openSite, statusOf } from './site.ts';
import { calm, share, type Weather } from './weather.ts';

/** A process at one moment, in octets. */
export interface MemoryLook {
  readonly accepted: number;
  /** Heap and buffers after a full collection. */
  readonly live: number;
  /** Resident, before it. */
  readonly resident: number;
}

export interface SoakReport {
  readonly findings: Findings;
  readonly seconds: number;
  readonly memory: ReadonlyMap<string, readonly MemoryLook[]>;
  readonly troubles: readonly string[];
  readonly folder: string;
}

const faults: Weather = {
  ...calm,
  name: 'light faults',
  steps: [
    { stage: 'rcpt', when: share(0.005), do: 'reply', reply: '451 4.7.1 <{to}>: greylisted, come back later' },
    { stage: 'rcpt', when: share(0.0005), do: 'reset' },
    { stage: 'after-body', when: share(0.0005), do: 'drop' },
    { stage: 'after-body', when: share(0.0005), do: 'reply-then-drop' },
    { stage: 'after-body', when: share(0.005), do: 'delay', delayMs: 300 },
    ...(calm.steps === 'down' ? [] : calm.steps),
  ],
};
const looks = 20;
const looksMs = 500;

/** Runs it to the end; `say` gets a line for each look. */
export async function soak(
  options: { seed: number; notices: number },
  say: (line: string) => void,
  signal: AbortSignal,
): Promise<SoakReport> {
  const site = await openSite(
    { queue: 'redis', ledger: 'given', seed: options.seed },
    {
      RETRY_SCHEDULE: '1s,2s,3s',
      LOG_LEVEL: 'warn',
      PORT: String(await freePort()),
    },
  );
  const probes = join(site.folder, 'memory');
  mkdirSync(probes);
  const memory = new Map<string, MemoryLook[]>();
  const troubles: string[] = [];
  const asked = people(options.notices);
  try {
    const campaign = await launch(site, asked, null);
    await site.relay.turn(faults);
    const probe = pathToFileURL(join(import.meta.dirname, 'memory-probe.js')).href;
    const fleet = startFleet(
      new Map([
        ['worker-1', ['worker']],
        ['worker-2', ['worker']],
        ['console', ['serve']],
      ]),
      { ...site.env, MEMORY_PROBE: probes, NODE_OPTIONS: `--import=${probe}` },
      site.logs,
    );
    const startedAt = performance.now();
    let next = options.notices / looks;
    while (!signal.aborted) {
      await sleep(looksMs);
      const { accepted } = await site.relay.look();
      // The last look falls into the tail, when only the put-off ones are left.
      const due = accepted >= next;
      if (due) {
        next += options.notices / looks;
        for (const [name, pid] of fleet.pids()) {
          const look = await lookAt(probes, pid, accepted);
          memory.set(name, [...(memory.get(name) ?? []), look]);
          say(
            `${accepted} accepted, ${name}: ${Math.round(look.live / 1e6)} MB live, ${Math.round(look.resident / 1e6)} MB resident`,
          );
        }
      }
      if (accepted > options.notices * 0.97 && (await statusOf(site, campaign)).state === 'finished') break;
    }
    const seconds = (performance.now() - startedAt) / 1_000;
    await fleet.stop();
    if (signal.aborted) troubles.push('interrupted');
    for (const [code, many] of fleet.endedAlone()) troubles.push(`${many} processes ended by themselves: ${code}`);
    const seen = await site.relay.record();
    const findings = audit(
      asked.map(({ email }) => email),
      seen,
      await exportedNotices(site.env, campaign, join(site.folder, 'export')),
      { perSecond: Infinity },
    );
    return { findings, seconds, memory, troubles: [...troubles, ...growth(memory)], folder: site.folder };
  } finally {
    await site.close();
  }
}

/** Resident memory may be this many times what it was after the first tenth; live memory may grow by a tenth and by 4 MB of noise. */
const residentLimit = 1.3;
const liveLimit = 1.1;
const liveNoise = 4e6;

/** What grew that must not. Pure. */
export function growth(memory: ReadonlyMap<string, readonly MemoryLook[]>): string[] {
  return [...memory].flatMap(([name, all]) => {
    const first = all[Math.ceil(all.length / 10) - 1];
    const later = all.slice(Math.ceil(all.length / 10));
    if (first === undefined || later.length < 2) return [`too few looks at ${name}`];
    const grown: string[] = [];
    const most = Math.max(...later.map(({ resident }) => resident));
    if (most > first.resident * residentLimit)
      grown.push(`${name}: resident memory grew ${(most / first.resident).toFixed(2)} times`);
    // The median of each half: one look may fall into a large batch.
    const [early, late] = [later.slice(0, later.length >> 1), later.slice(later.length >> 1)].map((half) =>
      median(half.map(({ live }) => live)),
    );
    if ((late ?? 0) > (early ?? 0) * liveLimit + liveNoise)
      grown.push(`${name}: live memory grew from ${early} to ${late}`);
    return grown;
  });
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
}

async function lookAt(probes: string, pid: number, accepted: number): Promise<MemoryLook> {
  const file = join(probes, `${pid}.ndjson`);
  while (!existsSync(file)) await sleep(20);
  const resident = Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024;
  const before = readFileSync(file, 'utf8').length;
  process.kill(pid, 'SIGUSR2');
  for (let text = ''; ; text = readFileSync(file, 'utf8')) {
    if (text.length > before && text.endsWith('\n'))
      return { accepted, resident, ...(JSON.parse(text.trimEnd().split('\n').at(-1) ?? '') as { live: number }) };
    await sleep(20);
  }
}
