// What a relay's habits cost a campaign: the same letters to a faultless relay and to one that puts some senders off, ends
// its connections, or has a full disk for a while; in turns, as ratios. No process is hurt.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CampaignSummary } from '../../src/domain/summary.ts';
import { csvOf, people } from '../support/people.ts';
import { runCandor } from '../support/program.ts';
import type { Step } from '../support/relay-script.ts';
import { startChaosRelay, type ChaosRelay } from './chaos-relay.ts';
import type { ChaosOptions } from './options.ts';
import { openSite, type Site } from './site.ts';

interface Trouble {
  readonly name: string;
  readonly steps: readonly Step[];
  /** A stated rate per second, for `ratedFor` seconds; else none, and as many notices as asked for. */
  readonly rate?: number;
  /** How long it takes nothing at all; it is not held against the campaign. */
  readonly outageMs?: number;
}

const diskFullMs = [3_000, 11_000] as const;
const ratedFor = 20;
const ends = (letters: number): Trouble => ({
  name: `ends each connection after ${letters}`,
  steps: [{ stage: 'after-body', when: { fromLetter: letters }, do: 'reply-then-drop' }],
});
const troubles: readonly Trouble[] = [
  { name: 'none', steps: [] },
  {
    name: '451 to 2 % of MAIL',
    steps: [{ stage: 'mail', when: { share: 0.02 }, do: 'reply', reply: '451 4.3.0 try again' }],
  },
  ends(1),
  ends(2),
  ends(10),
  {
    name: '421 to 2 % of new connections',
    steps: [{ stage: 'greeting', when: { share: 0.02 }, do: 'reply-then-drop', reply: '421 4.3.2 not now' }],
  },
  { name: 'none, at 30/s', steps: [], rate: 30 },
  {
    name: 'queue disk full for 8 s, at 30/s',
    rate: 30,
    outageMs: diskFullMs[1] - diskFullMs[0],
    steps: [
      {
        stage: 'mail',
        when: { afterMs: diskFullMs[0], beforeMs: diskFullMs[1] },
        do: 'reply',
        reply: '452 4.3.1 Insufficient system storage',
      },
    ],
  },
];

/** What is allowed: so many times what a faultless relay takes, plus the outage. */
const allowed = 1.3;

export interface TroublesReport {
  /** Lines of a table: name, median seconds, ratio to the faultless one, connections, MAIL FROM. */
  readonly rows: readonly (readonly string[])[];
  readonly breaches: readonly string[];
}

/** Runs each so many times, in turns. What the script times begins when the campaign has been launched. */
export async function tryTroubles(options: ChaosOptions, say: (line: string) => void): Promise<TroublesReport> {
  const site = await openSite({ queue: options.queue, ledger: options.ledger, seed: options.seed }, {});
  const took = new Map<Trouble, number[]>();
  try {
    let campaigns = 0;
    for (let round = 0; round < options.rounds; round += 1) {
      for (const trouble of troubles) {
        const notices = trouble.rate === undefined ? options.notices : trouble.rate * ratedFor;
        const seconds = await send(site, trouble, { notices, from: (campaigns += 1) * 100_000 });
        say(`${trouble.name}: ${seconds.toFixed(2)} s`);
        took.set(trouble, [...(took.get(trouble) ?? []), seconds]);
      }
    }
  } finally {
    await site.close();
  }
  const secondsOf = (trouble: Trouble): number => median(took.get(trouble) ?? []);
  const rows: string[][] = [['relay’s trouble', 'seconds', 'less the outage, to none']];
  const breaches: string[] = [];
  for (const trouble of troubles) {
    const none = troubles.find(({ name, rate }) => name.startsWith('none') && rate === trouble.rate) ?? trouble;
    const ratio = (secondsOf(trouble) - (trouble.outageMs ?? 0) / 1_000) / secondsOf(none);
    rows.push([trouble.name, secondsOf(trouble).toFixed(2), ratio.toFixed(2)]);
    if (ratio > allowed) breaches.push(`${trouble.name}: ${ratio.toFixed(2)} times`);
  }
  return { rows, breaches };
}

/** Sends one campaign to its end; answers the seconds from its first MAIL FROM to its last settlement. */
async function send(site: Site, trouble: Trouble, size: { notices: number; from: number }): Promise<number> {
  // Each to a relay of its own: a throttle or a limit stays with the relay that it concerns.
  const relay = await startChaosRelay(size.from);
  try {
    return await sendTo(relay, site, trouble, size);
  } finally {
    await relay.close();
  }
}

async function sendTo(
  relay: ChaosRelay,
  site: Site,
  trouble: Trouble,
  size: { notices: number; from: number },
): Promise<number> {
  const env = { ...site.env, SMTP_URL: `smtp://127.0.0.1:${relay.port}` };
  const file = join(site.folder, `recipients-${size.from}.csv`);
  writeFileSync(file, csvOf(people(size.notices, { from: size.from })));
  const rate = trouble.rate === undefined ? [] : ['--rate', String(trouble.rate)];
  const launched = await runCandor(
    ['send', file, '--kit', 'mixpanel-2025-11', '--yes', '--detach', '--json', ...rate],
    env,
  );
  if (launched.code !== 0) throw new Error(`the launch ended with ${launched.code}: ${launched.stderr}`);
  const { campaign } = JSON.parse(launched.stdout) as CampaignSummary;
  await relay.turn({ name: trouble.name, weight: 0, forMs: [0, 0], steps: trouble.steps });
  const sent = await runCandor(['resume', campaign, '--json'], env);
  if (sent.code !== 0) throw new Error(`${trouble.name}: ended with ${sent.code}: ${sent.stderr}`);
  return (JSON.parse(sent.stdout) as CampaignSummary).seconds;
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((one, other) => one - other)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}
